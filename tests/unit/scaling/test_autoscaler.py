"""The autoscaler against Kubernetes' published examples, and what must hold for any input."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaling.autoscaler import Decision, Memory, Metric, decide
from scaling.policy import DOWN, UP, Direction, Policy, Rate
from scaling.replicas import Reading, wanted

CPU_M = 100.0
EAGER = Direction(0.0, (Rate(100, "percent", 15.0), Rate(1000, "instances", 15.0)))


def _policy(**changes: object) -> Policy:
    free = {"least": 1, "most": 1000, "up": EAGER, "down": Direction(0.0, EAGER.rates)}
    return Policy(**(free | changes))  # type: ignore[arg-type]  # each test names members of it


def _metric(values: Iterable[float | None], target: float = CPU_M, name: str = "cpu") -> Metric:
    return Metric(name, target, tuple(Reading(value) for value in values))


def _decide(policy: Policy, current: int, *metrics: Metric) -> int:
    return decide(policy, Memory(), 0.0, current, metrics).instances


def _course(policy: Policy, wishes: Iterable[int], current: int, step_s: float) -> list[int]:
    """Numbers of instances when every ``step_s`` the metrics ask for the next of ``wishes``."""
    memory, numbers = Memory(), []
    for turn, wish in enumerate(wishes):
        metric = _metric([CPU_M * wish / current] * current)
        decision: Decision = decide(policy, memory, turn * step_s, current, [metric])
        memory, current = decision.memory, decision.instances
        numbers.append(current)
    return numbers


@pytest.mark.parametrize(
    ("values", "current", "target", "expected"),
    [
        ([200.0], 1, 100.0, 2),  # "if the current metric value is 200m, and the desired 100m"
        ([50.0, 50.0], 2, 100.0, 1),  # "if the current value is instead 50m"
        ([90.0] * 50, 50, 75.0, 60),
        ([109.0] * 10, 10, 100.0, 10),  # within the tolerance of 10 %
        ([111.0] * 10, 10, 100.0, 12),
        ([91.0] * 10, 10, 100.0, 10),
        ([89.0] * 10, 10, 100.0, 9),
    ],
)
def test_the_published_examples(
    values: list[float], current: int, target: float, expected: int
) -> None:
    assert _decide(_policy(), current, _metric(values, target)) == expected


def test_eighty_instances_shrink_by_the_rate_that_allows_more() -> None:
    """As in "Fine-grained scaling": ten per cent a minute, below 40 instances four a minute."""
    down = Direction(0.0, (Rate(4, "instances", 60.0), Rate(10, "percent", 60.0)))
    numbers = _course(_policy(down=down), [10] * 30, current=80, step_s=60.0)
    assert numbers[:6] == [72, 64, 57, 51, 45, 40]
    assert numbers[6:14] == [36, 32, 28, 24, 20, 16, 12, 10]
    assert set(numbers[14:]) == {10}


def test_by_default_it_doubles_or_adds_four_in_fifteen_seconds() -> None:
    assert _course(Policy(1, 100), [100] * 5, current=1, step_s=15.0) == [5, 10, 20, 40, 80]


def test_by_default_it_shrinks_only_when_nothing_in_five_minutes_asked_for_more() -> None:
    numbers = _course(Policy(1, 100), [10, 10, *[2] * 30], current=10, step_s=15.0)
    last_wish_for_ten, five_minutes = 1, 20
    assert numbers.index(2) == last_wish_for_ten + five_minutes
    assert set(numbers) == {10, 2}


def test_a_short_peak_passes_when_the_way_up_is_stabilised() -> None:
    up = Direction(60.0, UP.rates)
    numbers = _course(_policy(up=up, down=DOWN), [2, 2, 8, 2, 2, 2], current=2, step_s=15.0)
    assert numbers == [2] * 6


def test_the_largest_wish_of_several_metrics_counts() -> None:
    cpu, in_flight = _metric([50.0, 50.0]), _metric([30.0, 30.0], 10.0, "in-flight")
    assert _decide(_policy(), 2, cpu, in_flight) == 6


def test_bounds_hold_and_the_reason_says_so() -> None:
    decision = decide(_policy(most=5), Memory(), 0.0, 4, [_metric([900.0] * 4)])
    assert decision.instances == 5
    assert decision.reason == "cpu asks for 36, bounded to 5"


def test_without_any_reading_nothing_changes() -> None:
    assert _decide(_policy(), 3, _metric([None, None, None])) == 3
    assert _decide(_policy(), 3) == 3


def test_what_is_not_ready_counts_as_idle_on_the_way_up_and_not_at_all_on_the_way_down() -> None:
    busy, idle, new = Reading(300.0), Reading(40.0), Reading(None, is_ready=False)
    assert wanted(2, [busy, new], CPU_M, 0.1, CPU_M) == 3
    assert wanted(2, [idle, new], CPU_M, 0.1, CPU_M) == 1


def test_an_instance_that_tells_nothing_is_idle_on_the_way_up_and_full_on_the_way_down() -> None:
    silent = Reading(None)
    assert wanted(2, [Reading(300.0), silent], CPU_M, 0.1, CPU_M) == 3
    assert wanted(4, [Reading(10.0)] * 3 + [silent], CPU_M, 0.1, CPU_M) == 2
    assert wanted(2, [Reading(20.0), silent], 60.0, 0.1, CPU_M) == 2  # full: more than its target


def test_a_guess_that_turns_the_direction_changes_nothing() -> None:
    assert wanted(2, [Reading(150.0), Reading(None)], CPU_M, 0.1, CPU_M) == 2


def test_compressing_time_keeps_the_course() -> None:
    policy, wishes = Policy(1, 100), [8, 8, 30, 30, *[3] * 30]
    at_length = _course(policy, wishes, current=4, step_s=15.0)
    assert _course(policy.compressed(15.0), wishes, current=4, step_s=1.0) == at_length


def test_bounds_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 5 and at most 2"):
        Policy(5, 2)


@given(
    st.integers(1, 40),
    st.lists(st.none() | st.floats(0, 1e6), max_size=40),
    st.floats(0.01, 1e4),
    st.integers(1, 10),
    st.integers(0, 40),
)
def test_the_number_stays_within_the_bounds_and_the_rates(
    current: int, values: list[float | None], target: float, least: int, more: int
) -> None:
    policy = Policy(least, least + more)
    decision = decide(policy, Memory(), 0.0, current, [_metric(values, target)])
    assert policy.least <= decision.instances <= policy.most
    if decision.instances > current >= policy.least:
        assert decision.instances <= max(2 * current, current + 4)
