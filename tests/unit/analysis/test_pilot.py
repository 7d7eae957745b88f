"""Planning by an earlier run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.comparison import compare
from analysis.measured import load_run
from analysis.pilot import needs, pilot_of
from analysis.power import blocks_needed
from experiment.errors import InputError
from experiment.record import RunFolder
from testbed.power_plan import newest_pilot, plan_by_pilot
from testbed.scenarios import find
from testbed.terminal import Terminal

Make = Callable[..., RunFolder]


def test_a_pilot_gives_the_spread_between_its_blocks_and_the_time_of_its_trials(make: Make) -> None:
    folder = make(blocks=4)
    run = load_run(folder)
    estimate = compare(run, run.scenario.primary).estimate
    pilot = pilot_of(folder, run.scenario)

    assert estimate is not None
    assert pilot.spread == estimate.spread
    assert pilot.overhead_s == pytest.approx(50 - run.scenario.duration_s("demo"))


def test_the_margin_stands_among_the_round_effects(make: Make) -> None:
    folder = make(blocks=4)
    pilot = pilot_of(folder, folder.read_plan().scenario)
    found = {need.effect: need for need in needs(pilot)}

    assert list(found) == [0.02, 0.05, 0.1, 0.2, 0.5]
    assert found[0.02].blocks == (None, None)
    assert found[0.05].blocks[1] == max(6, blocks_needed(0.03, pilot.spread, 0.9) or 0)
    assert (found[0.05].if_spread_is_high or 0) > (found[0.05].blocks[0] or 0)


def test_the_table_names_the_pilot_and_how_poorly_it_knows_the_spread(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make(blocks=4)
    scenario = folder.read_plan().scenario

    plan_by_pilot(Terminal(width=200), scenario, "full", folder.path.parent, folder.path)

    said = capsys.readouterr().out
    assert "4 blocks know it only as" in said
    assert "2 percentage points (margin)" in said
    assert "The pilot ran with profile demo" in said


def test_one_block_is_no_pilot(make: Make) -> None:
    folder = make(blocks=1)

    with pytest.raises(InputError, match="a spread takes two complete blocks"):
        pilot_of(folder, folder.read_plan().scenario)


def test_a_run_of_another_question_is_no_pilot(make: Make) -> None:
    with pytest.raises(InputError, match="its arms or its primary metric differ"):
        pilot_of(make(blocks=2), find("outage-one-service"))


def test_the_newest_run_with_two_complete_blocks_is_the_pilot(make: Make, tmp_path: Path) -> None:
    made = [make(blocks=2), make(blocks=2), make(blocks=1)]
    scenario = made[0].read_plan().scenario
    place = tmp_path / "results" / scenario.name
    place.mkdir(parents=True)
    for day, folder in enumerate(made):
        folder.path.rename(place / f"2026010{day}")

    assert newest_pilot(scenario, place.parent).path.name == "20260101"


def test_without_any_run_one_sentence_says_how_to_make_one(tmp_path: Path) -> None:
    scenario = find("outage-one-service").model_copy(update={"name": "never-run"})

    with pytest.raises(InputError, match="make one with `twinstack run never-run"):
        newest_pilot(scenario, tmp_path)
