"""The instances that a fault hits, and how those that ended are replaced."""

import random
from collections.abc import Callable, Sequence

from testbed.faults.fault import Bite
from testbed.faults.later import Later
from testbed.platforms.platform import Instance, RunningStore

MONOLITH = "monolith"


def hit(store: RunningStore, role: str, share: float, seed: int) -> list[str]:
    """Names of the instances of ``role`` to be hit: a share of them, rounded, but one at least.

    Where no instance is of that role alone, those of the monolith play the part.
    """
    names = _names(store, role) or _names(store, MONOLITH)
    return chosen(names, share, seed)


def chosen(names: Sequence[str], share: float, seed: int) -> list[str]:
    chance = random.Random(f"instances-{seed}")  # noqa: S311 - a seeded choice, not a secret
    return sorted(chance.sample(names, max(1, round(share * len(names)))))


def _names(store: RunningStore, role: str) -> list[str]:
    return [instance.name for instance in store.instances() if instance.role == role]


class Replaced:
    """Instances that end, and others that take their names.

    ``end`` ends them; ``return_`` starts them again ``after_s`` seconds later, or not before the
    fault is lifted where ``after_s`` is None.
    """

    def __init__(
        self,
        store: RunningStore,
        names: Sequence[str],
        end: Callable[[], None],
        after_s: float | None,
        return_: Callable[[], None],
    ) -> None:
        self._store = store
        self._names = names
        self._end = end
        self._after_s = after_s
        self._return = return_
        self._later: Later | None = None
        self._pids = {each.name: each.pid for each in self._instances()}

    def inject(self) -> None:
        self._end()
        if self._after_s is not None:
            self._later = Later(self._after_s, self._return)

    def lift(self) -> None:
        try:
            if self._later is not None:
                self._later.end()
        finally:
            self._store.start_again(self._names)

    def bite(self) -> Bite:
        now = self._instances()
        lost = [each.name for each in now if not each.alive]
        new = [each.name for each in now if each.alive and each.pid != self._pids[each.name]]
        says = f"of {', '.join(self._names)} {len(lost)} were gone, {len(new)} were replaced"
        return Bite(len(lost) + len(new) == len(now), says)

    def _instances(self) -> list[Instance]:
        return [each for each in self._store.instances() if each.name in self._names]
