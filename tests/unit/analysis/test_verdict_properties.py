"""What holds of every verdict, whatever the numbers."""

import math
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from analysis.comparison import Pair, _effect, _estimate
from analysis.metrics import Measured
from analysis.statistics import CONFIDENCE, paired_t
from analysis.verdict import Verdict, judge
from experiment.metric import Metric

LATENCY = Metric(
    metric="latency_p95_ms",
    phase="spike",
    margin=0.1,
    expectation="higher in microservices",
    says="p95 latency",
)
effects = st.lists(st.floats(-3, 3).map(lambda x: round(x, 6)), min_size=2, max_size=12)
margins = st.floats(0.001, 2)
values = st.lists(st.tuples(st.floats(0.1, 1e4), st.floats(0.1, 1e4)), min_size=2, max_size=8)
MIRROR = {"supported": "contradicted", "contradicted": "supported"}
DECIDED = set(MIRROR)


def verdict_on(values: list[tuple[float, float]], change: Callable[[float], float]) -> Verdict:
    """Of a ratio, with every value changed alike."""
    pairs = [
        Pair(block, Measured(change(down), 100), Measured(change(up), 100))
        for block, (down, up) in enumerate(values, start=1)
    ]
    logs = tuple(_effect(pair, LATENCY) for pair in pairs)
    estimate = _estimate(pairs, logs, LATENCY, CONFIDENCE)
    assert estimate is not None
    return judge(estimate, math.log1p(LATENCY.margin), 1, floor=0.0)


@given(effects, margins, st.floats(0, 1))
def test_swapping_the_arms_mirrors_estimate_and_verdict(
    effects: list[float], margin: float, floor: float
) -> None:
    one, other = paired_t(effects), paired_t([-effect for effect in effects])

    assert one.value == -other.value
    if one.interval and other.interval:
        assert one.interval == (-other.interval[1], -other.interval[0])
    there, back = judge(one, margin, 1, floor), judge(other, margin, 1, floor)
    assert MIRROR.get(there.outcome, there.outcome) == back.outcome
    assert there.lacks == back.lacks


@given(values, st.sampled_from([2.0**-10, 0.5, 2.0, 1024.0]))
def test_the_unit_of_measurement_does_not_change_the_verdict_on_a_ratio(
    values: list[tuple[float, float]], unit: float
) -> None:
    assert verdict_on(values, lambda x: x * unit) == verdict_on(values, lambda x: x)


@given(effects, st.floats(1, 10))
def test_more_spread_never_narrows_the_interval(effects: list[float], factor: float) -> None:
    before = paired_t(effects)
    after = paired_t([before.value + factor * (effect - before.value) for effect in effects])

    if before.interval and after.interval:
        low, high = before.interval
        assert after.interval[1] - after.interval[0] >= (high - low) * (1 - 1e-9)


@given(effects, margins, st.floats(0, 2), st.floats(0, 1))
def test_a_wider_margin_never_turns_anything_else_into_an_effect(
    effects: list[float], margin: float, more: float, floor: float
) -> None:
    estimate = paired_t(effects)

    if judge(estimate, margin, 1, floor).outcome not in DECIDED:
        assert judge(estimate, margin + more, 1, floor).outcome not in DECIDED


@given(effects, margins, st.floats(0, 1), st.floats(0, 2))
def test_a_higher_noise_floor_or_none_never_turns_anything_else_into_an_effect(
    effects: list[float], margin: float, floor: float, more: float
) -> None:
    estimate = paired_t(effects)

    if judge(estimate, margin, 1, floor).outcome not in DECIDED:
        assert judge(estimate, margin, 1, floor + more).outcome not in DECIDED
    assert judge(estimate, margin, 1, floor=None).outcome not in DECIDED


@given(st.lists(st.floats(0.5, 3), min_size=2, max_size=5), margins)
def test_fewer_than_six_blocks_never_decide(effects: list[float], margin: float) -> None:
    assert judge(paired_t(effects), margin, 1, floor=0.0).outcome == "too little evidence"
