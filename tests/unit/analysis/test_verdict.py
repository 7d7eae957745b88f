"""The three-way verdict."""

import pytest

from analysis.statistics import Estimate
from analysis.verdict import judge


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, (low, high), spread=0.3, n=4)


def test_an_effect_beyond_the_margin_on_the_claimed_side_supports_the_claim() -> None:
    assert judge(estimate(-0.5, -0.7, -0.3), margin=0.1, expected_sign=-1).outcome == "supported"


def test_the_same_effect_on_the_other_side_contradicts_it() -> None:
    assert judge(estimate(-0.5, -0.7, -0.3), margin=0.1, expected_sign=1).outcome == "contradicted"


def test_an_interval_inside_the_margin_shows_equivalence_even_without_zero_in_it() -> None:
    verdict = judge(estimate(0.05, 0.01, 0.09), margin=0.1, expected_sign=1)

    assert (verdict.outcome, verdict.why) == ("not shown", "equivalent")


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(estimate(0.5, -0.1, 1.1), id="zero lies in it"),
        pytest.param(estimate(0.05, -0.03, 0.13), id="it leaves the margin"),
    ],
)
def test_anything_else_is_too_little_evidence_and_says_how_many_blocks_more(
    found: Estimate,
) -> None:
    verdict = judge(found, margin=0.1, expected_sign=1)

    assert (verdict.outcome, verdict.why) == ("not shown", "too little evidence")
    assert verdict.more_blocks is not None
    assert verdict.more_blocks > 0


@pytest.mark.parametrize("found", [estimate(-0.5, -0.7, -0.3), estimate(-0.5, -1.1, 0.1)])
def test_an_effect_beyond_the_margin_but_not_beyond_the_noise_floor_is_not_shown(
    found: Estimate,
) -> None:
    verdict = judge(found, margin=0.1, expected_sign=-1, floor=0.6)

    assert (verdict.outcome, verdict.why) == ("not shown", "noise floor")


def test_an_effect_beyond_the_noise_floor_counts() -> None:
    found = estimate(-0.5, -0.7, -0.3)

    assert judge(found, margin=0.1, expected_sign=-1, floor=0.4).outcome == "supported"


def test_one_block_shows_nothing_however_large_the_effect() -> None:
    verdict = judge(Estimate(-9.0, None, None, 1), margin=0.1, expected_sign=-1)

    assert (verdict.outcome, verdict.why) == ("not shown", "too few blocks")
