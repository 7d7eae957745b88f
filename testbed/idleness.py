"""The machine comes to rest before a trial, so that none inherits work from what ran before it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from experiment.scenario import Cooldown
from testbed.cpu_times import CpuTimes

LOOK_EVERY_S = 1.0
QUIET_LOOKS = 2
"""Looks in a row: one alone may fall between two bursts."""


@dataclass(frozen=True)
class Rest:
    """How the waiting went; the shares are of all cores, in the last second."""

    idle: bool
    waited_s: float
    busy_share: float
    steal_share: float


def await_idle(
    cooldown: Cooldown,
    read: Callable[[], CpuTimes] = CpuTimes.now,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Rest:
    """Return when the machine was quiet for two looks in a row, or ``within_s`` has passed."""
    began, before, quiet = clock(), read(), 0
    while True:
        sleep(LOOK_EVERY_S)
        now, waited_s = read(), clock() - began
        busy_share, steal_share = now.busy_since(before), now.stolen_since(before)
        quiet = quiet + 1 if busy_share <= cooldown.busy_share else 0
        if quiet == QUIET_LOOKS or waited_s >= cooldown.within_s:
            return Rest(quiet == QUIET_LOOKS, waited_s, busy_share, steal_share)
        before = now
