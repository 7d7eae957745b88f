"""The loop over blocks, with trials whose end the test decides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from experiment.errors import RunError
from experiment.journal import Journal, read_journal
from experiment.record import RunFolder, TrialRecord, write_json
from testbed.display import Display
from testbed.planning import create_folder, make_plan
from testbed.platforms.platform import Platform
from testbed.resuming import blocks_left, mark_killed
from testbed.run import Run, StopAfter, never
from testbed.scenarios import find
from testbed.trial import Trial


@dataclass
class Outcomes:
    """Ends trials one after the other as the test wants, and complete ones after that."""

    wanted: list[str]
    tried: list[str] = field(default_factory=list)

    def try_once(self, trial: Trial, _platform: Platform, _display: Display) -> TrialRecord:
        trial.files.path.mkdir()
        self.tried.append(trial.files.path.name)
        status = self.wanted.pop(0) if self.wanted else "complete"
        if status == "killed":
            raise KeyboardInterrupt
        record = _record(trial, status)
        write_json(trial.files.run, record)
        if status == "failed":
            raise RunError("the store did not come up")
        return record


def _record(trial: Trial, status: str) -> TrialRecord:
    return TrialRecord.model_validate(
        {
            "block": trial.block,
            "arm": trial.arm.name,
            "status": status,
            "reason": "",
            "t0_unix": None,
            "start_s": None,
            "gates": (),
            "limits": {},
            "attempt": trial.attempt,
            "is_repeated": status == "void" and trial.repeat_if_void,
        }
    )


class Silent:
    """A display that counts trials only."""

    def __init__(self) -> None:
        self.done = 0
        self.titles: list[str] = []

    def trial(self, title: str) -> None:
        self.titles.append(title)

    def trial_done(self) -> None:
        self.done += 1

    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


class Bench:
    """A run of the first look with two blocks."""

    def __init__(self, tmp_path: Path) -> None:
        plan = make_plan(find("first-look"), "smoke", 2, 1, {})
        self.plan = plan.model_copy(update={"order": (("monolith", "microservices"),) * 2})
        self.folder: RunFolder = create_folder(tmp_path, self.plan)
        self.display = Silent()

    def measure(
        self, *wanted: str, blocks: Sequence[int] = (1, 2), stop_after: StopAfter = never
    ) -> list[str]:
        """Names of the folders of the trials that were tried, in their order."""
        outcomes = Outcomes(list(wanted))
        platform = cast("Platform", None)
        run = Run(
            self.plan, self.folder, platform, cast("Display", self.display), outcomes.try_once
        )
        with Journal(self.folder.journal) as journal:
            try:
                run.measure(blocks, stop_after, journal)
            except (RunError, KeyboardInterrupt):
                journal.write("run-ended", status="failed", reason="")
        return outcomes.tried

    def resume(self) -> list[str]:
        mark_killed(self.folder, self.plan)
        return self.measure(blocks=blocks_left(self.folder, self.plan))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


PAIR = ["monolith", "microservices"]


def test_every_arm_runs_once_per_block(bench: Bench) -> None:
    assert bench.measure() == PAIR * 2
    assert bench.display.done == 4


def test_a_void_trial_is_repeated_at_once(bench: Bench) -> None:
    tried = bench.measure("void", "void")
    assert tried == ["monolith", "monolith~2", "monolith~3", "microservices", *PAIR]
    assert bench.display.titles[1] == "block 1/2 monolith, attempt 2"


def test_a_trial_that_stays_void_costs_its_block_and_not_the_run(bench: Bench) -> None:
    tried = bench.measure("void", "void", "void")
    assert tried == ["monolith", "monolith~2", "monolith~3", *PAIR]
    ended = [e["counts"] for e in read_journal(bench.folder.journal) if e["event"] == "block-ended"]
    assert ended == [False, True]
    assert bench.display.done == 4
    assert blocks_left(bench.folder, bench.plan) == []


def test_void_trials_stay_on_record(bench: Bench) -> None:
    bench.measure("void")
    found = [(record.title, record.status) for record in bench.folder.trials()][1:3]
    assert found == [
        ("block 1, monolith", "void"),
        ("block 1, monolith, attempt 2", "complete"),
    ]


@pytest.mark.parametrize("end", ["failed", "killed"])
def test_an_interrupted_block_is_repeated_as_a_whole(bench: Bench, end: str) -> None:
    bench.measure("complete", "complete", "complete", end)
    assert blocks_left(bench.folder, bench.plan) == [2]
    assert bench.resume() == ["monolith~2", "microservices~2"]
    assert blocks_left(bench.folder, bench.plan) == []


def test_a_run_that_was_killed_between_two_attempts_tries_again(bench: Bench) -> None:
    bench.measure("void", "killed")
    assert bench.resume() == ["monolith~3", "microservices", *PAIR]


def test_an_attempt_that_left_no_record_gets_one(bench: Bench) -> None:
    bench.measure("killed")
    bench.resume()
    first = bench.folder.trials()[1]
    assert (first.title, first.status, first.reason) == (
        "block 1, monolith",
        "cut-off",
        "the tool was killed",
    )


def test_a_run_that_has_seen_enough_ends_early_and_has_nothing_left(bench: Bench) -> None:
    assert bench.measure(stop_after=lambda block: block == 1) == PAIR
    last = read_journal(bench.folder.journal)[-1]
    assert (last["event"], last["block"]) == ("stopped-early", 1)
    assert blocks_left(bench.folder, bench.plan) == []
