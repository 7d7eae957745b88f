"""All instances of one deployment: who they are, how they are lost and how they return."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from experiment.errors import RunError
from store.runtime.telemetry import Counters, read_counters
from testbed.platforms.machine.processes import STOP_WITHIN_S
from testbed.platforms.machine.usage import add_up
from testbed.platforms.platform import Instance, InstanceReading, RoleUsage
from testbed.platforms.running import Look, TakeLook
from testbed.platforms.store.instances import InstancePlan, RunningInstance


@dataclass
class _Role:
    instances: list[RunningInstance] = field(default_factory=list)
    retired: list[RunningInstance] = field(default_factory=list)
    """Instances that are gone for good."""
    past_cpu_s: dict[int, float] = field(default_factory=dict)
    """CPU time of what is gone, or about to go, by the ids of first processes."""


class Fleet:
    """Safe to ask from one thread while another kills and restores.

    ``start`` starts an instance that takes so many seconds longer to become ready.
    """

    def __init__(
        self, start: Callable[[InstancePlan, float], RunningInstance], look: TakeLook
    ) -> None:
        self._start = start
        self._look = look
        self._lock = threading.Lock()
        self._roles: dict[str, _Role] = {}

    def launch(self, plan: InstancePlan) -> None:
        with self._lock:
            self._roles.setdefault(plan.role, _Role()).instances.append(self._start(plan, 0.0))

    def retire(self, names: Collection[str]) -> None:
        """Forget instances that were stopped, but for what they have used and counted."""
        with self._lock:
            for role in self._roles.values():
                gone = [each for each in role.instances if each.plan.name in names]
                role.retired += gone
                role.instances = [each for each in role.instances if each not in gone]

    def of(self, role: str) -> list[RunningInstance]:
        return list(self._role(role).instances)

    def all(self) -> list[RunningInstance]:
        return [instance for role in self._roles.values() for instance in role.instances]

    def describe(self) -> list[Instance]:
        look = self._look()
        return [
            Instance(
                role=instance.plan.role,
                name=instance.plan.name,
                url=instance.url_from_here,
                pid=instance.process.pid,
                alive=instance.process.is_alive,
                paused=look.is_paused(instance.process),
            )
            for instance in self.all()
        ]

    def named(self, names: Collection[str]) -> list[RunningInstance]:
        return [instance for instance in self.all() if instance.plan.name in names]

    def kill(self, names: Collection[str]) -> None:
        with self._lock:
            for instance in self._leaving(names):
                instance.process.kill()

    def stop(self, names: Collection[str]) -> None:
        """In order, with the time to finish what they have."""
        with self._lock:
            leaving = self._leaving(names)
        for instance in leaving:
            instance.process.finish()
        for instance in leaving:
            if not instance.process.ended_within(STOP_WITHIN_S):
                instance.process.kill()

    def revive(self, names: Collection[str], slower_by_s: float = 0.0) -> None:
        """Start anew whoever is not alive, under the same name, on another port."""
        with self._lock:
            for role in self._roles.values():
                role.instances = [
                    self._revived(role, instance, slower_by_s)
                    if instance.plan.name in names and not instance.process.is_alive
                    else instance
                    for instance in role.instances
                ]

    def _revived(self, role: _Role, dead: RunningInstance, slower_by_s: float) -> RunningInstance:
        revived = self._start(dead.plan, slower_by_s)
        if _counters_of(revived) != _counters_of(dead):  # not continued: what it counted is kept
            role.retired.append(dead)
        return revived

    def fault_hits(self, slot: int) -> int:
        ever = [each for role in self._roles.values() for each in [*role.instances, *role.retired]]
        return sum(_counters(instance).hits_by_slot[slot] for instance in ever)

    def readings(self, role: str) -> list[InstanceReading]:
        """Of the instances that are alive; ready or not is not known here."""
        look = self._look()
        return [
            InstanceReading(
                name=each.plan.name,
                cpu_s=look.exact_cpu_s(each.process),
                in_flight=_counters(each).in_flight,
            )
            for each in self.of(role)
            if each.process.is_alive
        ]

    def usage(self, look: Look) -> list[RoleUsage]:
        with self._lock:
            return [_usage(name, role, look) for name, role in self._roles.items()]

    def _leaving(self, names: Collection[str]) -> list[RunningInstance]:
        """Those of them that are alive; what they have used is kept."""
        look = self._look()
        leaving = [each for each in self.named(names) if each.process.is_alive]
        for each in leaving:
            past = self._role(each.plan.role).past_cpu_s
            past[each.process.pid] = look.cpu_s(each.process)
        return leaving

    def _role(self, role: str) -> _Role:
        if role not in self._roles:
            raise RunError(f"This store has no role {role!r}; it has {sorted(self._roles)}.")
        return self._roles[role]


def _usage(name: str, role: _Role, look: Look) -> RoleUsage:
    alive = [each.process for each in role.instances if each.process.is_alive]
    cpu_s = role.past_cpu_s | {each.pid: look.cpu_s(each) for each in alive}
    return RoleUsage(
        role=name,
        instances=len(alive),
        cpu_s=sum(cpu_s.values()),
        memory_mb=sum(map(look.memory_mb, alive)),
        counters=add_up(_counters(each) for each in [*role.instances, *role.retired]),
    )


def _counters_of(instance: RunningInstance) -> Path | None:
    return instance.plan.settings.telemetry_file


def _counters(instance: RunningInstance) -> Counters:
    file = _counters_of(instance)
    counters = read_counters(file) if file is not None else Counters()
    if not instance.process.is_alive:
        counters.in_flight = 0  # what was in flight died with it
    return counters
