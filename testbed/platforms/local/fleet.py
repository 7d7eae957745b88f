"""All instances of one deployment: who they are, how they are lost and how they return."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from experiment.errors import RunError
from store.runtime.telemetry import Counters, read_counters
from testbed import procfs
from testbed.platforms.local import usage
from testbed.platforms.local.instances import InstancePlan, RunningInstance
from testbed.platforms.local.processes import OwnedProcess
from testbed.platforms.platform import Instance, RoleUsage


@dataclass
class _Role:
    """The instances of one role, and the CPU time of those that were killed."""

    instances: list[RunningInstance] = field(default_factory=list)
    killed_cpu_s: float = 0.0


class Fleet:
    """Safe to ask from one thread while another kills and restores."""

    def __init__(self, start: Callable[[InstancePlan], RunningInstance]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._roles: dict[str, _Role] = {}

    def launch(self, plan: InstancePlan) -> None:
        with self._lock:
            self._roles.setdefault(plan.role, _Role()).instances.append(self._start(plan))

    def of(self, role: str) -> list[RunningInstance]:
        return list(self._role(role).instances)

    def all(self) -> list[RunningInstance]:
        return [instance for role in self._roles.values() for instance in role.instances]

    def processes(self) -> list[OwnedProcess]:
        return [instance.process for instance in self.all()]

    def describe(self) -> list[Instance]:
        return [
            Instance(
                role=instance.plan.role,
                name=instance.plan.name,
                url=instance.url,
                pid=instance.process.pid,
                alive=instance.process.is_alive,
            )
            for instance in self.all()
        ]

    def kill(self, role: str) -> None:
        lost = self._role(role)
        with self._lock:
            processes = procfs.snapshot()
            for instance in lost.instances:
                if instance.process.is_alive:
                    lost.killed_cpu_s += usage.cpu_s(processes, instance.process.pid)
                    instance.process.kill()

    def revive(self, role: str) -> None:
        """Start anew whoever is not alive, under the same name, on another port."""
        lost = self._role(role)
        with self._lock:
            lost.instances = [
                instance if instance.process.is_alive else self._start(instance.plan)
                for instance in lost.instances
            ]

    def fault_hits(self, slot: int) -> int:
        return sum(_counters(instance).hits_by_slot[slot] for instance in self.all())

    def usage(self, processes: usage.Processes) -> list[RoleUsage]:
        with self._lock:
            return [_usage(name, role, processes) for name, role in self._roles.items()]

    def _role(self, role: str) -> _Role:
        if role not in self._roles:
            raise RunError(f"This store has no role {role!r}; it has {sorted(self._roles)}.")
        return self._roles[role]


def _usage(name: str, role: _Role, processes: usage.Processes) -> RoleUsage:
    alive = [each for each in role.instances if each.process.is_alive]
    pids = [each.process.pid for each in alive]
    return RoleUsage(
        role=name,
        instances=len(alive),
        cpu_s=role.killed_cpu_s + sum(usage.cpu_s(processes, pid) for pid in pids),
        memory_mb=sum(usage.memory_mb(processes, pid) for pid in pids),
        counters=usage.add_up(_counters(each) for each in role.instances),
    )


def _counters(instance: RunningInstance) -> Counters:
    file = instance.plan.settings.telemetry_file
    counters = read_counters(file) if file is not None else Counters()
    if not instance.process.is_alive:
        counters.in_flight = 0  # what was in flight died with it
    return counters
