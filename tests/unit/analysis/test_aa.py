"""A/A runs: what is said, and what is counted, when nothing differs."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from analysis.aa import false_verdicts, floor_of, outcome_of
from analysis.measured import load_run
from analysis.statistics import Estimate
from analysis.summary import summarise
from analysis.wording import size
from experiment.metric import MetricName
from experiment.record import RunFolder
from tests.unit.analysis.drawing import undrawn_page

Make = Callable[..., RunFolder]
LATENCY = {
    "metric": "latency_p95_ms",
    "phase": "baseline",
    "margin": 0.2,
    "expectation": "higher in microservices",
    "says": "p95 latency at rest",
}


def test_two_copies_that_differ_by_chance_are_alike_and_leave_a_noise_floor(make: Make) -> None:
    summary = summarise(load_run(make(blocks=6, aa=True, primary=LATENCY)))

    assert summary.outcome == "alike"
    assert summary.headline == (
        "As it should be: two copies of monolith differ by no more than the margin of 20 %."
    )
    assert summary.primary.interval is not None
    assert summary.noise[0].floor == max(map(abs, summary.primary.interval))
    assert "Noise floor: " in summary.finding
    assert [noise.metric for noise in summary.noise] == [
        "latency_p95_ms", "latency_p95_ms", "cpu_ms_per_request", "memory_mb",
    ]  # fmt: skip


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_difference_between_copies_is_a_false_alarm_in_either_direction(sign: int) -> None:
    low, high = sorted((sign * 0.2, sign * 0.4))
    assert (
        outcome_of(Estimate(sign * 0.3, (low, high), 0.1, 10, p=0.002), margin=0.1) == "false alarm"
    )


def test_few_noisy_blocks_do_not_tell_copies_apart_and_do_not_make_them_alike() -> None:
    assert outcome_of(Estimate(0.3, (-0.5, 1.1), 0.3, 3), margin=0.1) == "not told apart"


def test_one_block_teaches_nothing_of_the_noise(make: Make) -> None:
    summary = summarise(load_run(make(blocks=1, aa=True)))

    assert summary.outcome == "unknown"
    assert summary.headline.startswith("Nothing learnt")
    assert {noise.floor for noise in summary.noise} == {None}


def test_the_page_of_an_aa_run_speaks_of_copies_and_never_of_the_claims(make: Make) -> None:
    folder = make(blocks=2, aa=True)
    page = undrawn_page(load_run(folder))

    assert "How much differs when nothing does" in page
    assert "too few blocks" in page
    assert "The claims</h2>" not in page
    assert "What others found" not in page
    assert "In monolith-b" in page


def test_a_comparison_has_no_noise_of_its_own(make: Make) -> None:
    assert summarise(load_run(make(blocks=2))).noise == ()


def test_the_floor_is_the_bound_farther_from_zero() -> None:
    assert floor_of(Estimate(-0.1, (-0.3, 0.1), 0.2, 10)) == pytest.approx(0.3)
    assert floor_of(Estimate(-0.1, None, None, 1)) is None


def test_normal_noise_gives_the_false_verdicts_that_the_interval_promises() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 200).tolist()
    found = false_verdicts(noise, margin=0.2)

    assert found is not None
    assert 0.03 < found.by_interval < 0.07
    assert found.by_rule == 0


def test_a_margin_far_below_the_noise_lets_every_interval_verdict_through() -> None:
    found = false_verdicts(np.random.default_rng(2).normal(0, 0.1, 40).tolist(), margin=1e-9)

    assert found is not None
    assert 0 < found.by_rule <= found.by_interval


def test_a_lasting_bias_does_not_raise_the_share_and_shows_in_the_effect_instead() -> None:
    biased = (0.3 + np.random.default_rng(3).normal(0, 0.01, 20)).tolist()
    found = false_verdicts(biased, margin=0.1)

    assert found is not None
    assert found.by_interval < 0.07


def test_fewer_than_ten_blocks_are_not_resampled() -> None:
    assert false_verdicts([0.1] * 9, margin=0.1) is None


def test_the_same_blocks_give_the_same_shares() -> None:
    noise = np.random.default_rng(4).normal(0, 1, 12).tolist()
    assert false_verdicts(noise, margin=0.1) == false_verdicts(noise, margin=0.1)


@pytest.mark.parametrize(
    ("metric", "effect", "words"),
    [
        ("memory_mb", math.log(1.05), "5.00 %"),
        ("memory_mb", math.log(3), "a factor of 3.00"),
        ("memory_mb", math.log(300), "a factor of over 100"),
        ("failed_share", 0.012, "1.20 percentage points"),
        ("instance_seconds", 12.0, "12.0 instance-seconds"),
    ],
)
def test_the_size_of_an_effect_has_no_direction(
    metric: MetricName, effect: float, words: str
) -> None:
    assert size(metric, effect) == words
