"""Where the processes of a store run: on which cores and within which limits."""

from collections.abc import Collection
from pathlib import Path

from testbed import procfs
from testbed.platforms.machine.affinity import Cores, move_to
from testbed.platforms.machine.limits import Limits
from testbed.platforms.store.instances import InstancePlan, RunningInstance


class Places:
    """Instances of a divided budget start elsewhere, as on another machine of a cluster.

    They start on the generator's core as well, outside the budget, after everybody else. Once they
    serve they have to do with the store's cores and with their quota. Where the budget is pooled,
    they start where they stay.
    """

    def __init__(self, cores: Cores, limits: Limits) -> None:
        self._cores = cores
        self._limits = limits

    def cpus(self) -> Collection[int]:
        """Cores on which an instance starts."""
        both = self._cores.store | self._cores.generator
        return both if self._limits.is_divided else self._cores.store

    def joins(self) -> list[Path]:
        """Files to which an instance writes its id before it starts."""
        return self._limits.joins

    def settle(self, instance: RunningInstance) -> None:
        """It serves: from now on it has its place."""
        if self._limits.is_divided:
            pids = [stat.pid for stat in procfs.tree(procfs.snapshot(), instance.process.pid)]
            move_to(self._cores.store, pids)
            self._limits.hold(instance.plan.role, instance.plan.name, pids)

    def vacate(self, plan: InstancePlan) -> None:
        """It is gone for good."""
        self._limits.let_go(plan.role, plan.name)
