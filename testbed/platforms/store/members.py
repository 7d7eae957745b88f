"""The instances of one store, and those who have to know where they are: the edge and the peers."""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from store.payment_provider.client import PAYMENT_PROVIDER
from store.runtime.peers import STAT_EVERY_S
from testbed.platforms.platform import InstanceReading
from testbed.platforms.store.directory import Directory
from testbed.platforms.store.edge import Edge
from testbed.platforms.store.fleet import Fleet
from testbed.platforms.store.ground import Ground
from testbed.platforms.store.instances import InstancePlan, RunningInstance
from testbed.platforms.store.readiness import await_ready

READY_WITHIN_S = 60.0


class Members:
    """Loses instances, gets them back, and tells everybody where the store's roles are then."""

    def __init__(
        self,
        roles: Collection[str],
        edge: Edge,
        directory: Directory,
        ground: Ground,
    ) -> None:
        self._roles = roles
        self._edge = edge
        self._directory = directory
        self._ground = ground
        self._unlisted: set[str] = set()
        """Instances of which nobody is told: they start for the first time, or have to go."""
        self._settled: set[int] = set()
        """First processes of the instances that have their place: no longer starting."""
        self._lock = threading.Lock()
        """Roles may be scaled side by side."""
        self.fleet = Fleet(ground.launch, ground.look)

    def announce(self, roles: Iterable[str]) -> None:
        """Tell edge and peers where the instances of ``roles`` are."""
        with self._lock:
            for role in roles:
                self._edge.announce(role, [each.address for each in self._listed(role)])
            urls = {
                role: self._edge.mesh_urls(role) or [each.url for each in self._listed(role)]
                for role in self._roles
            }
            provider = [each.url for each in self.fleet.of(PAYMENT_PROVIDER)]
            self._directory.tell(urls | {PAYMENT_PROVIDER: provider})

    def _listed(self, role: str) -> list[RunningInstance]:
        return [each for each in self.fleet.of(role) if each.plan.name not in self._unlisted]

    def ready(self, role: str) -> int:
        """How many instances are alive and get requests."""
        return sum(each.process.is_alive for each in self._listed(role))

    def starting(self, role: str) -> int:
        """How many instances are alive and have not been ready since they were started."""
        alive = (each.process for each in self.fleet.of(role) if each.process.is_alive)
        return sum(process.pid not in self._settled for process in alive)

    def readings(self, role: str) -> list[InstanceReading]:
        listed = {each.plan.name for each in self._listed(role)}
        return [replace(r, is_ready=r.name in listed) for r in self.fleet.readings(role)]

    def await_serving(self, roles: Collection[str]) -> None:
        """Return when all instances of ``roles`` serve, and the edge knows that they do."""
        self._await_ready([each for role in roles for each in self.fleet.of(role)])
        self._edge.await_members(roles, READY_WITHIN_S)

    def restore(self, role: str) -> None:
        """Start those instances of ``role`` that are gone; everybody is told of them at once."""
        names = [each.plan.name for each in self.fleet.of(role)]
        self.fleet.revive(names)
        self._unlisted -= set(names)
        self.announce([role] if role in self._roles else [])
        self.await_serving([role])

    def start(self, names: Collection[str], slower_by_s: float) -> None:
        """Start those of them that are gone; everybody is told of them when they are ready."""
        self.fleet.revive(names, slower_by_s)
        self._await_ready(self.fleet.named(names))
        self._unlisted -= set(names)
        roles = self._roles_of(names)
        self.announce(roles)
        self._edge.await_members(roles, READY_WITHIN_S)

    def add(self, plans: Sequence[InstancePlan], hold: Callable[[], object]) -> None:
        """Start instances; everybody is told of them when they are ready and ``hold`` returned."""
        names = [plan.name for plan in plans]
        self._unlisted |= set(names)
        for plan in plans:
            self.fleet.launch(plan)
        self._await_ready(self.fleet.named(names))
        hold()
        self._unlisted -= set(names)
        roles = {plan.role for plan in plans}
        self.announce(roles)
        self._edge.await_members(roles, READY_WITHIN_S)

    def remove(self, names: Collection[str]) -> None:
        """Withdraw instances for good."""
        self.withdraw(names)
        leaving = self.fleet.named(names)
        self.fleet.retire(names)
        for each in leaving:
            self._ground.vacate(each.plan)

    def withdraw(self, names: Collection[str]) -> None:
        roles = self._roles_of(names)
        self._unlisted |= set(names)
        self.announce(roles)
        self._edge.await_members(roles, READY_WITHIN_S)
        time.sleep(2 * STAT_EVERY_S)  # until the peers have looked as well
        self.fleet.stop(names)

    def pause(self, names: Collection[str]) -> None:
        for instance in self.fleet.named(names):
            instance.process.pause()

    def resume(self, names: Collection[str]) -> None:
        instances = self.fleet.named(names)
        try:
            # Gunicorn's arbiter kills a worker that was silent for long, so that goes on first.
            for instance in instances:
                instance.process.resume_workers()
            await_ready(instances, READY_WITHIN_S)
        finally:
            for instance in instances:
                instance.process.resume()
        self._edge.await_members(self._roles_of(names), READY_WITHIN_S)

    def _await_ready(self, instances: Collection[RunningInstance]) -> None:
        """Return when they serve; from then on each has its place."""
        await_ready(instances, READY_WITHIN_S)
        for each in instances:
            if each.plan.role in self._roles:
                self._ground.settle(each)
                self._settled.add(each.process.pid)

    def _roles_of(self, names: Collection[str]) -> set[str]:
        """Their roles, but for the outside payment provider's, which nobody balances."""
        return {each.plan.role for each in self.fleet.named(names)} & set(self._roles)
