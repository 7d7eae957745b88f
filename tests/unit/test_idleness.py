"""Waiting for a machine at rest, with a clock and CPU counters of the test's own."""

from collections.abc import Iterable

import pytest

from experiment.scenario import Cooldown
from testbed.cpu_times import CpuTimes
from testbed.idleness import Rest, await_idle

LIMITS = Cooldown(busy_share=0.25, within_s=5)


def _wait(shares: Iterable[float], steal: float = 0.0) -> Rest:
    """Wait on a machine that is busy with these shares, second by second."""
    now = 0.0
    left = iter(shares)
    total = CpuTimes(busy=1_000, idle=1_000, steal=0)

    def read() -> CpuTimes:
        return total

    def sleep(seconds: float) -> None:
        nonlocal now, total
        now += seconds
        busy = next(left)
        total = CpuTimes(
            busy=total.busy + round(busy * 200),
            idle=total.idle + round((1 - busy - steal) * 200),
            steal=total.steal + round(steal * 200),
        )

    return await_idle(LIMITS, read, lambda: now, sleep)


@pytest.mark.parametrize(
    ("shares", "idle", "waited_s"),
    [
        pytest.param([0.0, 0.0], True, 2, id="quiet from the start"),
        pytest.param([0.9, 0.1, 0.2], True, 3, id="quiet after a second"),
        pytest.param([0.1, 0.9, 0.1, 0.1], True, 4, id="one quiet second is not enough"),
        pytest.param([0.25, 0.25], True, 2, id="the limit itself is quiet"),
        pytest.param([0.3] * 5, False, 5, id="never quiet"),
        pytest.param([0.3, 0.3, 0.3, 0.1, 0.1], True, 5, id="quiet at the last moment"),
    ],
)
def test_two_quiet_seconds_in_a_row_are_waited_for(
    shares: list[float], *, idle: bool, waited_s: float
) -> None:
    rest = _wait(shares)
    assert (rest.idle, rest.waited_s, rest.busy_share) == (idle, waited_s, shares[-1])


def test_time_that_other_guests_take_is_recorded_and_not_waited_for() -> None:
    assert _wait([0.1, 0.1], steal=0.6) == Rest(
        idle=True, waited_s=2.0, busy_share=0.1, steal_share=0.6
    )


def test_guests_are_not_counted_twice() -> None:
    line = "cpu  10 1 20 300 40 5 6 70 9 1\n"
    assert CpuTimes.parse(line) == CpuTimes(busy=42, idle=340, steal=70)
