"""Where the processes of a store run: on which cores and within which limits."""

from collections.abc import Collection
from pathlib import Path

from testbed import procfs
from testbed.platforms.machine.affinity import move_to
from testbed.platforms.machine.limits import Limits
from testbed.platforms.machine.spread import Spread
from testbed.platforms.store.instances import InstancePlan, RunningInstance


class Places:
    """Instances of a divided budget start elsewhere, as on another machine of a cluster.

    They start on the generator's core as well, outside the budget, after everybody else. Once they
    serve they have to do with their cores of the store's and with their quota. Where the budget is
    pooled, they start where they stay.
    """

    def __init__(self, spread: Spread, limits: Limits) -> None:
        self._spread = spread
        self._limits = limits

    def cpus(self, name: str) -> Collection[int]:
        """Cores on which an instance starts."""
        cores = self._spread.cores
        if self._limits.is_divided:
            return cores.store | cores.generator
        return self._spread.of_instance(name)

    def joins(self) -> list[Path]:
        """Files to which an instance writes its id before it starts."""
        return self._limits.joins

    def settle(self, instance: RunningInstance) -> None:
        """It serves: from now on it has its place."""
        if self._limits.is_divided:
            pids = [stat.pid for stat in procfs.tree(procfs.snapshot(), instance.process.pid)]
            move_to(self._spread.of_instance(instance.plan.name), pids)
            self._limits.hold(instance.plan.role, instance.plan.name, pids)

    def vacate(self, plan: InstancePlan) -> None:
        """It is gone for good."""
        self._limits.let_go(plan.role, plan.name)
