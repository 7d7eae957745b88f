"""A file of a trial that was edited, exchanged, cut, lost or added costs the verdict, by name."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from analysis.export import export_csv
from analysis.limits import of_files
from analysis.measured import load_run
from analysis.money.prices import default_prices
from analysis.pilot import pilot_of
from analysis.pooling import load_pooled
from analysis.sequential import decided
from analysis.summary import summarise
from experiment.errors import InputError
from experiment.journal import Journal
from experiment.record import RunFolder, TrialFolder, TrialRecord, read_json
from experiment.sealing import hashes_of, keep
from projection.assumed import Assumed
from projection.project import project
from testbed.commands import resume_run
from testbed.resuming import KILLED, mark_killed
from testbed.terminal import Terminal
from tests.unit.analysis.conftest import Truth, make_run


def seal(folder: RunFolder) -> None:
    """Leave the records as a run does that was measured now."""
    for record in folder.trials():
        files = folder.files_of(record)
        files.path.joinpath("generator.json").write_bytes(b"{}")
        files.path.joinpath("progress.json").write_bytes(b"{}")
        hashes = hashes_of(files, folder.arrivals(record.block))
        keep(folder, files, record.model_copy(update={"hashes": hashes}))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = make_run(tmp_path_factory.mktemp("whole") / "run", Truth(blocks=3, rate=12.0))
    seal(folder)
    return folder


@pytest.fixture
def folder(whole: RunFolder, tmp_path: Path) -> RunFolder:
    return RunFolder(Path(shutil.copytree(whole.path, tmp_path / "run")))


def cut(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]))


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def edit(file: Path, **members: object) -> None:
    file.write_bytes(orjson.dumps(orjson.loads(file.read_bytes()) | members))


def exchange(run: RunFolder, name: str) -> None:
    """Copy a file of the other arm of the block over that of the monolith."""
    ours, theirs = (run.trial(1, arm).path / name for arm in ("monolith", "microservices"))
    shutil.copyfile(theirs, ours)


def without_journal_line(run: RunFolder) -> None:
    lines = run.journal.read_bytes().splitlines(keepends=True)
    run.journal.write_bytes(b"".join(line for line in lines if b"block-01/monolith" not in line))


def of(change: Callable[[Path], object], name: str) -> Callable[[RunFolder], object]:
    return lambda run: change(run.trial(1, "monolith").path / name)


OTHER = "was changed or exchanged: its SHA-256 is not the recorded one"
TAMPERINGS: dict[str, tuple[Callable[[RunFolder], object], str]] = {
    **{
        f"{name} of the other arm": (lambda run, name=name: exchange(run, name), f"{name} {OTHER}")
        for name in ("requests.parquet", "samples.parquet")
    },
    **{
        f"{name} removed": (of(Path.unlink, name), f"{name} is missing")
        for name in ("requests.parquet", "audit.json", "generator.json", "events.jsonl", "run.json")
    },
    "events.jsonl cut": (of(cut, "events.jsonl"), f"events.jsonl {OTHER}"),
    "a bit of the rows": (of(flip, "requests.parquet"), f"requests.parquet {OTHER}"),
    "an audit with fewer orders": (
        lambda run: edit(run.trial(1, "monolith").audit, orders=1),
        f"audit.json {OTHER}",
    ),
    "a file added": (
        lambda run: run.trial(1, "monolith").footprint.write_bytes(b"{}"),
        "footprint.json was added after the trial",
    ),
    "a record that is edited": (
        lambda run: edit(run.trial(1, "monolith").run, start_s=0.1),
        f"run.json {OTHER}",
    ),
    "a record without its hashes": (
        lambda run: edit(run.trial(1, "monolith").run, hashes={}),
        f"run.json {OTHER}",
    ),
    "a trial removed": (
        lambda run: shutil.rmtree(run.trial(1, "monolith").path),
        "run.json is missing",
    ),
    "a journal that lacks the record": (without_journal_line, "is not named in journal.jsonl"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_was_tampered_with_is_named_and_costs_the_verdict(
    folder: RunFolder, name: str
) -> None:
    tamper, says = TAMPERINGS[name]
    tamper(folder)

    run = load_run(folder)
    summary = summarise(run)

    (sentence,) = summary.damaged
    assert sentence.startswith("block 1, monolith: block-01/monolith/")
    assert says in sentence
    assert run.blocks == [2, 3]
    assert summary.outcome is None


def test_arrivals_that_changed_cost_every_trial_of_their_block(folder: RunFolder) -> None:
    folder.arrivals(1).unlink()
    damaged = list(map(str, load_run(folder).damaged))
    missing = "block-01/arrivals.parquet is missing; this is not a whole run record."
    assert damaged == [f"block 1, {arm}: {missing}" for arm in ("microservices", "monolith")]


def test_a_journal_that_is_gone_costs_the_verdict(folder: RunFolder) -> None:
    folder.journal.unlink()
    assert len(load_run(folder).damaged) == 6


def test_a_whole_record_has_its_verdict_and_says_nothing_of_hashes(folder: RunFolder) -> None:
    run = load_run(folder)
    assert run.damaged == ()
    assert summarise(run).outcome is not None
    (folder.trial(1, "monolith").path / "progress.json").unlink()
    (folder.trial(1, "monolith").path / "logs").mkdir()
    assert load_run(folder).damaged == ()


def test_a_record_of_earlier_code_has_the_same_numbers_and_misses_no_file(
    tmp_path: Path, whole: RunFolder
) -> None:
    old = make_run(tmp_path / "old", Truth(blocks=3, rate=12.0))
    run = load_run(old)
    assert run.damaged == ()
    assert summarise(run) == summarise(load_run(whole))
    old.trial(1, "monolith").audit.unlink()
    assert load_run(old).damaged == ()


def test_a_report_says_if_some_or_all_records_hold_no_hashes(
    folder: RunFolder, tmp_path: Path
) -> None:
    old = make_run(tmp_path / "old", Truth(blocks=1, rate=5.0))
    assert next(of_files(load_run(old))).startswith("The records hold no hashes")

    first = next(iter(folder.trials()))
    keep(folder, folder.files_of(first), first.model_copy(update={"hashes": {}}))
    assert next(of_files(load_run(folder))).startswith("Some of the records hold no hashes")


def test_the_last_hash_of_a_record_counts(folder: RunFolder) -> None:
    files = folder.trial(1, "monolith")
    with Journal(folder.journal) as journal:  # of an attempt that a kill cut off at the very end
        journal.write("trial-recorded", file="block-01/monolith/run.json", sha256="0")
    assert load_run(folder).damaged
    keep(folder, files, next(r for r in folder.trials() if r.title == "block 1, monolith"))
    assert load_run(folder).damaged == ()


def test_every_reader_names_it(folder: RunFolder, tmp_path: Path) -> None:
    exchange(folder, "requests.parquet")
    named = r"block-01/monolith/requests\.parquet was changed or exchanged"
    scenario = folder.read_plan().scenario

    assert re.search(named, export_csv(folder, tmp_path / "csv").damaged[0])
    assert load_pooled([folder]).damaged
    assert not decided(folder)
    with pytest.raises(InputError, match=named):
        pilot_of(folder, scenario)
    with pytest.raises(InputError, match=f"as a whole: .*{named}"):
        project([folder], default_prices(), Assumed())
    with pytest.raises(InputError, match=f"cannot go on: .*{named}"):
        resume_run(Terminal(), folder)


def test_a_probe_of_a_search_is_protected_with_its_question(tmp_path: Path) -> None:
    trial = TrialFolder(tmp_path / "block-01" / "a" / "probe-01")
    trial.path.mkdir(parents=True)
    spec = trial.path.with_suffix(".json")
    for file in (trial.requests, spec):
        file.write_bytes(b"x")
    assert list(hashes_of(trial, spec)) == ["requests.parquet", "../probe-01.json"]


def test_rows_of_a_killed_attempt_may_change_and_its_record_may_not(folder: RunFolder) -> None:
    killed = folder.trial(3, "microservices", attempt=2)
    killed.path.mkdir()
    killed.events.write_bytes(b"")
    mark_killed(folder, folder.read_plan())
    killed.requests.write_bytes(b"what a generator wrote that outlived its tool")
    assert load_run(folder).damaged == ()
    edit(killed.run, reason="")
    (damage,) = load_run(folder).damaged
    assert "microservices~2/run.json was changed" in str(damage)


ENDS: dict[str, bytes] = {
    "killed": b"",
    "killed in the next line": b'{"at":1,"event":"run-en',
    "a full disk": b'{"at":1,"event":"run-ended","status":"failed","reason":"disk full"}\n',
}


@pytest.mark.parametrize("end", ENDS)
def test_a_run_goes_on_that_ended_before_it_wrote_the_record_that_its_journal_names(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    last = folder.trial(3, "monolith")
    assert b"block-03/monolith/" in folder.journal.read_bytes().splitlines()[-1]
    last.run.unlink()
    with folder.journal.open("ab") as journal:
        journal.write(ENDS[end])
    measured: list[int] = []
    monkeypatch.setattr("testbed.commands.require_unchanged", lambda *_: None)
    monkeypatch.setattr("testbed.commands._measure_rest", lambda *given: measured.extend(given[-1]))
    monkeypatch.setattr("testbed.commands._say_end", lambda *_: None)

    resume_run(Terminal(), folder)

    assert measured == [3]
    assert read_json(last.run, TrialRecord).reason == KILLED
    with Journal(folder.journal) as journal_of_the_rest:
        journal_of_the_rest.write("run-resumed")
    assert load_run(folder).damaged == ()


def test_a_record_that_is_missing_from_a_run_that_went_on_is_lost(folder: RunFolder) -> None:
    folder.trial(3, "monolith").run.unlink()
    with Journal(folder.journal) as journal:
        journal.write("run-ended", status="complete", reason="")
    with pytest.raises(InputError, match=r"cannot go on: .*block-03/monolith/run\.json is missing"):
        resume_run(Terminal(), folder)


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "../run.json", 1, None])
def test_a_line_of_the_journal_that_names_no_record_names_nothing(
    folder: RunFolder, name: object
) -> None:
    with Journal(folder.journal) as journal:
        journal.write("trial-recorded", file=name, sha256="0")
    assert load_run(folder).damaged == ()
