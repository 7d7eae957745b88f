"""The record of a run that plays a trace, taken elsewhere."""

import shutil
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as pq
import pytest
from played_trace import scenario_with_trace

from experiment.errors import InputError, RunError
from experiment.integrity import hash_of_plan
from experiment.journal import Journal
from experiment.record import RunFolder
from experiment.scenario import load_scenario
from loadtests.schedule import arrivals_of
from testbed.display import Display
from testbed.planning import block_seed, create_folder, make_plan
from testbed.platforms.platform import Platform
from testbed.run import Run


class Silent:
    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


def no_trial(*_: object) -> Any:
    raise RunError("the arrivals are what is asked for")


@pytest.fixture
def moved(tmp_path: Path) -> RunFolder:
    """A run's record in another place, after the scenario and its trace are gone."""
    home = tmp_path / "home"
    home.mkdir()
    scenario = load_scenario(scenario_with_trace(home, 5))
    plan = make_plan(scenario, "smoke", 1, 1, {})
    expected = arrivals_of(scenario, "smoke", block_seed(plan, 1))
    pq.write_table(expected, tmp_path / "expected.parquet")
    there = create_folder(home / "results", plan)
    elsewhere = tmp_path / "elsewhere"
    shutil.move(there.path, elsewhere)
    shutil.rmtree(home)
    return RunFolder(elsewhere)


def _measure(folder: RunFolder) -> None:
    plan = folder.read_plan()
    run = Run(plan, folder, cast("Platform", None), cast("Display", Silent()), no_trial)
    with Journal(folder.journal) as journal, pytest.raises(RunError, match="what is asked for"):
        run.measure([1], lambda _: False, journal)


def test_a_moved_record_plays_the_trace_that_it_holds(moved: RunFolder, tmp_path: Path) -> None:
    before = hash_of_plan(moved)
    _measure(moved)
    assert pq.read_table(moved.arrivals(1)).equals(pq.read_table(tmp_path / "expected.parquet"))
    assert hash_of_plan(moved) == before


def test_the_plan_holds_no_path_of_the_machine(moved: RunFolder, tmp_path: Path) -> None:
    assert str(tmp_path) not in moved.plan.read_text(encoding="utf-8")


def test_a_kept_trace_that_was_changed_is_refused(moved: RunFolder) -> None:
    (file,) = (moved.path / "trace").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(InputError, match="is not the one meant"):
        _measure(moved)
