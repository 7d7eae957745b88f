"""Runs that may stop early, and what their report says of it."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from analysis.limits import limits_of
from analysis.measured import load_run
from analysis.pooling import load_pooled
from analysis.sequential import decided
from analysis.spending import nominal_levels
from analysis.summary import summarise
from experiment.errors import InputError
from experiment.record import RunFolder, Stopping

Make = Callable[..., RunFolder]
RATE = 15.0
"""Few requests make the runs quick to write and read."""
LOOKS = (6, 8, 10)
NO_DIFFERENCE = {"monolith": 0.3, "microservices": 0.3}


def test_a_plain_effect_decides_as_soon_as_signs_can_tell(make: Make) -> None:
    assert not decided(make(rate=RATE, blocks=6, looks=LOOKS))
    assert decided(make(rate=RATE, blocks=8, looks=LOOKS))


def test_a_record_that_is_not_whole_decides_nothing(make: Make) -> None:
    folder = make(rate=RATE, blocks=6, looks=LOOKS)
    folder.trial(1, "monolith").samples.unlink()
    assert not decided(folder)


def test_nothing_is_decided_between_two_looks(make: Make) -> None:
    assert not decided(make(rate=RATE, blocks=7, looks=LOOKS))


def test_nothing_is_decided_by_a_plan_without_looks(make: Make) -> None:
    assert not decided(make(rate=RATE, blocks=6))


def test_arms_that_cannot_be_told_apart_go_on(make: Make) -> None:
    assert not decided(make(rate=RATE, blocks=6, looks=LOOKS, failed_share=NO_DIFFERENCE))


def test_a_run_that_stopped_at_a_look_carries_a_verdict_with_a_wider_interval(make: Make) -> None:
    fixed = summarise(load_run(make(rate=RATE, blocks=8)))
    stopped = load_run(make(rate=RATE, blocks=8, looks=LOOKS, stopped_at=8))
    summary = summarise(stopped)

    assert summary.outcome == "supported"
    assert stopped.confidence == 1 - nominal_levels(LOOKS)[1]
    assert "adjusted for 3 looks; 8 paired blocks" in summary.finding
    assert any("stopped after 8 of 10 blocks" in limit for limit in limits_of(stopped, summary))
    assert summary.primary.interval is not None
    assert fixed.primary.interval is not None
    assert summary.primary.interval[0] < fixed.primary.interval[0]


@pytest.mark.parametrize("stopped_at", [None, 7])
def test_a_run_that_ended_early_at_no_declared_look_was_cut_off(
    make: Make, stopped_at: int | None
) -> None:
    run = load_run(make(rate=RATE, blocks=7, looks=LOOKS, stopped_at=stopped_at))

    assert run.cut_off
    assert summarise(run).outcome is None


def test_a_run_that_may_stop_needs_its_journal(make: Make) -> None:
    folder = make(rate=RATE, blocks=6, looks=LOOKS, stopped_at=6)
    folder.journal.unlink()

    with pytest.raises(InputError, match=r"journal.jsonl is missing"):
        load_run(folder)


def test_an_effect_within_the_noise_floor_decides_nothing(make: Make) -> None:
    floor = {"failed_share": 0.7}
    folder = make(rate=RATE, blocks=8, looks=LOOKS, stopped_at=8, noise_floor=floor)

    assert not decided(folder)
    assert summarise(load_run(folder)).headline == (
        "Too little evidence: the effect is not beyond the noise floor: equal arms differ by up to "
        "70.0 percentage points."
    )


def test_runs_that_were_to_stop_when_decided_are_not_pooled(make: Make) -> None:
    runs = [
        make(rate=RATE, blocks=6, looks=LOOKS, stopped_at=6, plan={"seed": seed}) for seed in (1, 2)
    ]

    with pytest.raises(InputError, match="it was to stop when decided"):
        load_pooled(runs)


@pytest.mark.parametrize("looks", [(), (4, 8), (6, 6), (8, 6)])
def test_looks_rise_from_six_blocks(looks: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        Stopping(looks=looks)
