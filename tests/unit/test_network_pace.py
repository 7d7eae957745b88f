import math
from statistics import fmean

import pytest

from testbed.network.impairment import Impairment, Tally
from testbed.network.observation import observed
from testbed.network.pace import pace_of


def test_a_black_hole_lets_nothing_through() -> None:
    assert math.isinf(pace_of(Impairment("black-hole"), "request").through_at_s(5.0, 1))


def test_jitter_lies_evenly_around_the_delay_and_follows_from_its_seed() -> None:
    jittery = Impairment("latency", delay_ms=200, jitter_ms=50, seed=3)
    pace, same, back = (pace_of(jittery, way) for way in ("request", "request", "answer"))
    delays = [pace.through_at_s(0.0, 1) for _ in range(2_000)]
    assert (min(delays), max(delays)) == pytest.approx((0.15, 0.25), abs=0.001)
    assert fmean(delays) == pytest.approx(0.2, abs=0.002)
    assert delays[:5] == [same.through_at_s(0.0, 1) for _ in range(5)]
    assert delays[:5] != [back.through_at_s(0.0, 1) for _ in range(5)]


def test_a_narrow_way_lets_bytes_through_one_after_the_other_and_forgets_quiet_times() -> None:
    pace = pace_of(Impairment("bandwidth", kb_per_s=10), "request")
    assert [pace.through_at_s(0.0, 1_000) for _ in range(3)] == pytest.approx([0.1, 0.2, 0.3])
    assert pace.through_at_s(9.0, 1_000) == pytest.approx(9.1)


@pytest.mark.parametrize(
    ("kind", "tally", "expected"),
    [
        ("refuse", Tally(refused=2), (2, "2 connections refused on this machine meanwhile")),
        ("reset", Tally(cut=3), (3, "3 answers cut off by a reset")),
        ("partition", Tally(packets_dropped=4), (4, "4 packets lost")),
        ("latency", Tally(connections=1), (0, "0 times bytes took 0.0 ms longer")),
    ],
)
def test_a_probe_says_what_was_met(kind: str, tally: Tally, expected: tuple[int, str]) -> None:
    assert observed(Impairment(kind), tally) == expected
