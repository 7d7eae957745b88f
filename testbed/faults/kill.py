"""Kill: instances end without a goodbye, and are replaced later, or at once by slow starters."""

from collections.abc import Sequence

from testbed.faults.fault import Fault
from testbed.faults.instances import Replaced
from testbed.platforms.platform import RunningStore


def kill(store: RunningStore, names: Sequence[str], restart_after_s: float | None) -> Fault:
    return Replaced(
        store,
        names,
        end=lambda: store.kill(names),
        after_s=restart_after_s,
        return_=lambda: store.start_again(names),
    )


def slow_start(store: RunningStore, names: Sequence[str], start_s: float) -> Fault:
    return Replaced(
        store,
        names,
        end=lambda: store.kill(names),
        after_s=0.0,
        return_=lambda: store.start_again(names, slower_by_s=start_s),
    )
