"""Restart: instances are stopped in order and started again, both beside the trial."""

from collections.abc import Sequence

from testbed.faults.fault import Fault
from testbed.faults.instances import Replaced
from testbed.platforms.platform import RunningStore


def restart(store: RunningStore, names: Sequence[str]) -> Fault:
    def stop_and_start() -> None:
        store.withdraw(names)
        store.start_again(names)

    # Finishing what an instance has takes seconds, for which the trial must not wait.
    return Replaced(store, names, end=lambda: None, after_s=0.0, return_=stop_and_start)
