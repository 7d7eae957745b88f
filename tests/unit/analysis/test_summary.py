"""The summary of made-up runs whose truth is known."""

import math
from collections.abc import Callable

import pytest

from analysis.measured import load_run
from analysis.summary import summarise
from experiment.record import RunFolder

Make = Callable[..., RunFolder]
LATENCY = {
    "metric": "latency_p95_ms",
    "phase": "baseline",
    "margin": 0.1,
    "expectation": "lower in microservices",
    "says": "p95 latency at rest",
}


def test_six_blocks_recover_the_truth_and_support_the_claim(make: Make) -> None:
    summary = summarise(load_run(make(blocks=6)))

    assert summary.outcome == "supported"
    assert summary.primary.interval is not None
    assert summary.primary.interval[0] < -0.6 < summary.primary.interval[1]
    assert summary.verdict.startswith(
        "Supported: lower in microservices, as expected. Share of the other features'"
    )
    assert summary.verdict.endswith("; 6 paired blocks; all gates passed).")


def test_a_ratio_the_other_way_round_contradicts_the_claim(make: Make) -> None:
    summary = summarise(load_run(make(blocks=6, primary=LATENCY)))

    assert summary.outcome == "contradicted"
    assert summary.primary.interval is not None
    assert summary.primary.interval[0] < math.log(1.5) < summary.primary.interval[1]


def test_equal_arms_are_equivalent_when_the_requests_suffice(make: Make) -> None:
    same = {"monolith": 20.0, "microservices": 20.0}
    summary = summarise(load_run(make(blocks=6, rate=150.0, median_ms=same, primary=LATENCY)))

    assert summary.outcome == "no difference that matters"
    assert abs(summary.primary.effect or 1) < math.log(1.1)


def test_without_any_failure_the_difference_is_bounded_by_the_rule_of_three(make: Make) -> None:
    summary = summarise(
        load_run(make(blocks=6, failed_share={"monolith": 0.0, "microservices": 0.0}))
    )

    assert summary.headline == (
        "No difference that matters: none is larger than the margin of 2 percentage points."
    )


def test_one_block_gives_no_interval(make: Make) -> None:
    folder = make(blocks=1)
    summary = summarise(load_run(folder))

    assert summary.headline == "Too little evidence: a verdict takes 6 blocks, and this run has 1."
    assert summary.primary.interval is None


def test_a_void_trial_takes_its_block_out_and_is_named(make: Make) -> None:
    folder = make(blocks=3, status={(2, "monolith"): "void"})
    summary = summarise(load_run(folder))

    assert [block.block for block in summary.primary.blocks] == [1, 3]
    assert summary.void_trials == ("block 2, monolith: void, the drain did not end",)
    assert summary.verdict.endswith("1 void trial left out).")


def test_a_run_without_a_complete_block_is_void(make: Make) -> None:
    folder = make(blocks=1, status={(1, "monolith"): "void"})
    summary = summarise(load_run(folder))

    assert summary.outcome is None
    assert summary.void.startswith("no block has two valid trials.")


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"absent": frozenset({(3, "microservices")})}, id="no record"),
        pytest.param({"status": {(3, "microservices"): "cut-off"}}, id="marked"),
    ],
)
def test_a_run_that_was_cut_off_carries_no_verdict(make: Make, how: dict[str, object]) -> None:
    folder = make(blocks=3, **how)
    summary = summarise(load_run(folder))

    assert summary.outcome is None
    assert summary.headline.startswith("No verdict: the run ended early, after 2 of 3 blocks.")


def test_a_metric_that_cannot_be_told_gives_no_verdict_and_says_why(make: Make) -> None:
    summary = summarise(load_run(make(blocks=2, rate=3.0, primary=LATENCY)))

    assert summary.outcome is None
    assert "p95 needs 59 correct answers" in summary.headline
