"""Which cores each part of one deployment runs on: all that the store has, or some of its own."""

import threading
from collections.abc import Sequence

from experiment.errors import InputError
from experiment.store import CoreUse
from testbed.platforms.machine.affinity import Cores, listed

FEWEST_CORES = 4
"""For cores of their own: the generator's, that of edge and databases, and two for instances."""


def require_cores(use: CoreUse, cores: Cores) -> None:
    """InputError where there are too few."""
    available = len(cores.store | cores.generator)
    if use == "own" and available < FEWEST_CORES:
        raise InputError(
            f'budget.cores = "own" needs {FEWEST_CORES} cores: one for the generator, one for edge '
            f"and databases, two for instances; here are {available}, so leave it out."
        )


class Spread:
    """The cores of one deployment; safe to ask from several threads.

    ``names``: the instances that it starts with, in their order. Those that come later follow.
    """

    def __init__(self, use: CoreUse, cores: Cores, names: Sequence[str] = ()) -> None:
        require_cores(use, cores)
        self.cores = cores
        first, *others = sorted(cores.store)
        self._shared = cores.store if use == "shared" else frozenset({first})
        self._turns = [cores.store] if use == "shared" else [frozenset({core}) for core in others]
        self._lock = threading.Lock()
        self._places: dict[str, int] = {}
        for name in names:
            self.of_instance(name)

    def of_instance(self, name: str) -> frozenset[int]:
        """The same for as long as the deployment lives, also when it is started again."""
        with self._lock:
            place = self._places.setdefault(name, len(self._places))
        return self._turns[place % len(self._turns)]

    @property
    def of_shared(self) -> frozenset[int]:
        """Of edge and databases."""
        return self._shared

    @property
    def says(self) -> str:
        if len(self._turns) == 1:
            return self.cores.says
        taken = listed(frozenset().union(*self._turns))
        return (
            f"edge and databases on {listed(self._shared)}, "
            f"instances one after another on {taken}, generator on {listed(self.cores.generator)}"
        )
