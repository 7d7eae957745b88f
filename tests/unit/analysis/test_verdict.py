"""The verdict: one of four."""

from dataclasses import replace

import pytest

from analysis.statistics import Estimate
from analysis.verdict import Lack, judge

CLEAR = Estimate(-0.5, (-0.7, -0.3), spread=0.3, n=8, p=0.0078)
"""Beyond a margin of 0.1 in every respect."""


def test_an_effect_beyond_the_margin_on_the_claimed_side_supports_the_claim() -> None:
    assert judge(CLEAR, margin=0.1, expected_sign=-1, floor=0.05).outcome == "supported"


def test_the_same_effect_on_the_other_side_contradicts_it() -> None:
    assert judge(CLEAR, margin=0.1, expected_sign=1, floor=0.05).outcome == "contradicted"


def test_an_interval_inside_the_margin_shows_equivalence_even_without_zero_in_it() -> None:
    found = Estimate(0.05, (0.01, 0.09), spread=0.03, n=6, p=0.031)

    verdict = judge(found, margin=0.1, expected_sign=1, floor=None)

    assert (verdict.outcome, verdict.lacks) == ("no difference that matters", ())


@pytest.mark.parametrize(
    ("found", "floor", "lacks"),
    [
        pytest.param(replace(CLEAR, n=5, p=0.0625), 0.0, ("blocks",), id="five blocks"),
        pytest.param(
            Estimate(-0.5, (-0.9, -0.05), 0.3, 8, p=0.0078), 0.0, ("clear interval",),
            id="an interval that leaves zero out but not the margin",
        ),
        pytest.param(
            Estimate(0.05, (-0.03, 0.13), 0.1, 8, p=0.2), 0.0, ("clear interval", "clear signs"),
            id="neither within nor beyond",
        ),
        pytest.param(replace(CLEAR, p=0.055), 0.0, ("clear signs",), id="signs by chance"),
        pytest.param(CLEAR, None, ("noise floor",), id="nobody looked at equal arms"),
        pytest.param(CLEAR, 0.6, ("effect beyond the floor",), id="equal arms differ as much"),
        pytest.param(Estimate(-0.5, None, 0.0, 8), 0.0, ("spread",), id="no spread"),
        pytest.param(Estimate(-9.0, None, None, 1), None, ("blocks", "noise floor"), id="one"),
        pytest.param(
            Estimate(0.01, (-0.09, 0.09), 0.05, 5, p=0.5), 0.0,
            ("blocks",),
            id="equivalence takes six blocks too",
        ),
    ],
)  # fmt: skip
def test_whatever_a_verdict_lacks_is_too_little_evidence_and_is_named(
    found: Estimate, floor: float | None, lacks: tuple[Lack, ...]
) -> None:
    verdict = judge(found, margin=0.1, expected_sign=-1, floor=floor)

    assert (verdict.outcome, verdict.lacks) == ("too little evidence", lacks)


def test_several_verdicts_ask_each_for_a_smaller_p() -> None:
    shared = replace(CLEAR, confidence=0.99, p=0.0156)

    assert judge(shared, 0.1, -1, floor=0.0).lacks == ("clear signs",)
    assert judge(replace(shared, p=0.0078), 0.1, -1, floor=0.0).outcome == "supported"


def test_a_new_run_has_the_blocks_that_clear_the_margin_with_power() -> None:
    found = Estimate(0.3, (0.05, 0.55), spread=0.3, n=8, p=0.03)

    near = judge(found, margin=0.2, expected_sign=1, floor=0.0).new_run_of
    far = judge(found, margin=0.1, expected_sign=1, floor=0.0).new_run_of

    assert near is not None
    assert far is not None
    assert near > far >= 6


def test_blocks_do_not_help_where_only_the_floor_is_lacking() -> None:
    assert judge(CLEAR, margin=0.1, expected_sign=-1, floor=None).new_run_of is None
