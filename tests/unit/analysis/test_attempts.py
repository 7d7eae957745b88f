"""Of several attempts at a trial the last one counts, and all stay on record."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from analysis.export import export_csv
from analysis.measured import load_run
from analysis.summary import summarise
from experiment.attempts import has_ended
from experiment.record import RunFolder, TrialFolder, TrialRecord, read_json, write_json
from tests.unit.analysis.drawing import undrawn_page

Make = Callable[..., RunFolder]
ARMS = ("monolith", "microservices")


def again(folder: RunFolder, attempt: int, arm: str = "monolith", **changes: Any) -> None:
    """Make another attempt at a trial of block 1, equal to the first but for ``changes``."""
    first, files = folder.trial(1, arm), folder.trial(1, arm, attempt)
    shutil.copytree(first.path, files.path)
    record = read_json(first.run, TrialRecord)
    write_json(files.run, record.model_copy(update={"attempt": attempt, **changes}))
    _fit(files, changes.get("status", record.status))


def change(folder: RunFolder, arm: str = "monolith", **changes: Any) -> None:
    files = folder.trial(1, arm)
    write_json(files.run, read_json(files.run, TrialRecord).model_copy(update=changes))
    _fit(files, changes.get("status", "complete"))


def _fit(files: TrialFolder, status: str) -> None:
    """The load of a void trial did not drain."""
    drained = b'"event":"drained"'
    if status == "void":
        lines = files.events.read_bytes().splitlines(keepends=True)
        files.events.write_bytes(b"".join(line for line in lines if drained not in line))


def test_a_void_trial_that_was_repeated_leaves_its_block_complete(make: Make) -> None:
    folder = make(blocks=2)
    again(folder, 2)
    change(folder, status="void", reason="too late", is_repeated=True)
    run = load_run(folder)

    assert run.blocks == [1, 2]
    assert run.trial("monolith", 1).record.attempt == 2
    assert len(run.trials) == 4
    assert not run.cut_off
    assert summarise(run).void_trials == ("block 1, monolith: void, too late",)


def test_a_trial_whose_attempts_were_all_void_takes_its_block_out(make: Make) -> None:
    folder = make(blocks=2)
    change(folder, status="void", is_repeated=True)
    again(folder, 2, status="void", is_repeated=True)
    again(folder, 3, status="void", is_repeated=False)
    shutil.rmtree(folder.trial(1, "microservices").path)
    run = load_run(folder)

    assert run.blocks == [2]
    assert not run.cut_off
    assert len(run.left_out) == 3


def test_a_run_that_ended_between_two_attempts_was_cut_off(make: Make) -> None:
    folder = make(blocks=1)
    change(folder, status="void", is_repeated=True)

    assert load_run(folder).cut_off


def test_in_a_block_that_was_repeated_only_the_second_pair_counts(make: Make) -> None:
    folder = make(blocks=1)
    again(folder, 2)
    again(folder, 2, "microservices")
    change(folder, "microservices", status="cut-off", reason="the tool was killed")
    run = load_run(folder)

    assert [trial.record.attempt for trial in run.trials] == [2, 2]
    assert not run.cut_off
    assert summarise(run).void_trials == (
        "block 1, microservices: cut-off, the tool was killed",
        "block 1, monolith: complete, but its block was repeated",
    )


@pytest.mark.parametrize("status", ["failed", "cut-off"])
def test_a_block_is_not_over_while_an_attempt_was_interrupted(make: Make, status: str) -> None:
    folder = make(blocks=1)
    again(folder, 2, "microservices", status=status)

    assert not has_ended(folder.trials(), 1, ARMS)
    assert load_run(folder).cut_off


def test_report_and_export_name_the_attempts(make: Make) -> None:
    folder = make(blocks=2)
    again(folder, 2)
    change(folder, status="void", reason="too late", is_repeated=True)
    requests, _ = export_csv(folder, folder.path / "csv").files

    assert "block 1, monolith, attempt 2" in undrawn_page(load_run(folder))
    assert '\n1,"monolith",2,"complete",' in requests.read_text("utf-8")
    assert '\n1,"monolith",1,"void",' in requests.read_text("utf-8")
