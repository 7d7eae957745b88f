"""A record that contradicts its own rows costs the verdict, though all of its hashes are right."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.export import export_csv
from analysis.measured import load_run
from analysis.salvage import find_contradictions
from analysis.summary import summarise
from experiment.errors import InputError
from experiment.record import Gate, RunFolder, TrialFolder, TrialRecord, read_json, write_json
from experiment.rows import REQUESTS
from testbed.resuming import require_whole
from tests.unit.analysis.conftest import Truth, make_run
from tests.unit.analysis.test_sealed_records import seal

Rows = pd.DataFrame
ARMS = ("monolith", "microservices")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return make_run(tmp_path_factory.mktemp("whole") / "run", Truth(blocks=3, rate=12.0))


@pytest.fixture
def folder(whole: RunFolder, tmp_path: Path) -> RunFolder:
    return RunFolder(Path(shutil.copytree(whole.path, tmp_path / "run")))


def first(folder: RunFolder) -> TrialFolder:
    return folder.trial(1, "monolith")


def rows_edited(edit: Callable[[Rows], Rows]) -> Callable[[RunFolder], None]:
    def tamper(folder: RunFolder) -> None:
        file = first(folder).requests
        rows = edit(pq.read_table(file, partitioning=None).to_pandas())
        pq.write_table(pa.Table.from_pandas(rows, REQUESTS, preserve_index=False), file)

    return tamper


def recorded(**members: Any) -> Callable[[RunFolder], None]:
    def tamper(folder: RunFolder) -> None:
        file = first(folder).run
        write_json(file, read_json(file, TrialRecord).model_copy(update=members))

    return tamper


def both(*tamperings: Callable[[RunFolder], None]) -> Callable[[RunFolder], None]:
    def tamper(folder: RunFolder) -> None:
        for each in tamperings:
            each(folder)

    return tamper


def samples_of_the_other_arm(folder: RunFolder) -> None:
    shutil.copyfile(folder.trial(1, "microservices").samples, first(folder).samples)


def of_another_place(**members: Any) -> Callable[[RunFolder], None]:
    def tamper(folder: RunFolder) -> None:
        file = first(folder).events
        lines = file.read_bytes().splitlines(keepends=True)
        started = orjson.loads(lines[0]) | members
        file.write_bytes(b"".join([orjson.dumps(started) + b"\n", *lines[1:]]))

    return tamper


def nine_in_ten_failures(rows: Rows) -> "pd.Series[bool]":
    return (rows["outcome"] != "ok") & (rows["seq"] % 10 != 0)


def late(rows: Rows) -> Rows:
    return rows.assign(sent_s=rows["intended_s"] + 0.015)


def exchange(folder: RunFolder) -> None:
    """The trials of a block change their arms, in folders, records and journals."""
    ours, theirs = (folder.trial(1, arm).path for arm in ARMS)
    spare = ours.with_name("spare")
    for path, target in ((ours, spare), (theirs, ours), (spare, theirs)):
        path.rename(target)
    for arm in ARMS:
        files = folder.trial(1, arm)
        write_json(files.run, read_json(files.run, TrialRecord).model_copy(update={"arm": arm}))
        other = orjson.dumps(ARMS[1 - ARMS.index(arm)])
        lines = files.events.read_bytes().splitlines(keepends=True)
        lines[0] = lines[0].replace(other, orjson.dumps(arm))
        files.events.write_bytes(b"".join(lines))


def gate(name: str, *, passed: bool) -> tuple[Gate, ...]:
    return (Gate(name=name, passed=passed, says="made up"),)


TAMPERINGS: dict[str, tuple[Callable[[RunFolder], None], str]] = {
    "arms exchanged": (exchange, "holds answers of storefront-1, which is no part of monolith"),
    "samples of the other arm": (
        lambda run: (
            shutil.copyfile(run.trial(1, "microservices").samples, first(run).samples) and None
        ),
        "holds samples of accounts, which is no part of monolith",
    ),
    "failures deleted": (
        rows_edited(lambda rows: rows[~nine_in_ten_failures(rows)]),
        "rows for 408 scheduled requests; they must be equal",
    ),
    "failures deleted and good ones copied": (
        rows_edited(
            lambda rows: pd.concat(
                [
                    rows[~nine_in_ten_failures(rows)],
                    rows[rows["outcome"] == "ok"][: nine_in_ten_failures(rows).sum()],
                ]
            )
        ),
        "are there twice",
    ),
    "failures relabelled": (
        rows_edited(
            lambda rows: rows.assign(outcome=rows["outcome"].mask(nine_in_ten_failures(rows), "ok"))
        ),
        "holds the outcome 'ok' in a row whose status or times say otherwise",
    ),
    "failures omitted": (
        rows_edited(
            lambda rows: rows.assign(
                outcome=rows["outcome"].mask(nine_in_ten_failures(rows), "omitted")
            )
        ),
        "which the open loop of monolith never does",
    ),
    "failures of another feature": (
        rows_edited(
            lambda rows: rows.assign(
                feature=rows["feature"].mask(nine_in_ten_failures(rows), "recommendations")
            )
        ),
        "planned another feature than a request that was made",
    ),
    "a gate that failed, and a status that was left": (
        recorded(gates=gate("an old one", passed=False)),
        "the trial is complete; by its gates, the gate 'an old one' failed",
    ),
    "a gate of the rows that failed": (
        recorded(gates=gate("lateness", passed=False)),
        "says that the gate 'lateness' failed; by the raw rows, 99 % of requests were sent within",
    ),
    "a late generator whose gate passed": (
        both(rows_edited(late), recorded(gates=gate("lateness", passed=True))),
        "says that the gate 'lateness' passed; by the raw rows, 99 % of requests were sent within",
    ),
    "a late generator without a gate": (
        both(rows_edited(late), recorded(gates=())),
        "the trial is complete; by its gates, 99 % of requests were sent within 15.0 ms",
    ),
    "a good trial that is called void": (
        recorded(status="void", reason="the drain did not end", gates=gate("drain", passed=False)),
        "says that the gate 'drain' failed; by the raw rows, every request had its outcome",
    ),
    "a good trial that is called void by a gate that nobody knows": (
        recorded(status="void", reason="made up", gates=gate("made up", passed=False)),
        "the trial is void; by the raw rows, all of its gates passed",
    ),
    "a trial of another block": (of_another_place(block=2), "is of block 2, not 1"),
    "another attempt": (of_another_place(attempt=2), "is of attempt 2, not 1"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_record_that_contradicts_its_rows_is_named_and_costs_the_verdict(
    folder: RunFolder, tmp_path: Path, name: str
) -> None:
    tamper, says = TAMPERINGS[name]
    tamper(folder)
    seal(folder)  # who forged it made all hashes fit

    run = load_run(folder)
    (found, *_) = [each for each in run.damaged if each.arm == "monolith"]
    assert says in found.reason
    assert run.blocks == [2, 3]
    assert summarise(run).outcome is None
    with pytest.raises(InputError, match="cannot go on"):
        require_whole(folder, folder.read_plan())
    assert str(found) in export_csv(folder, tmp_path / "csv").damaged


def test_an_honest_record_contradicts_nothing(folder: RunFolder) -> None:
    seal(folder)
    assert load_run(folder).damaged == ()
    assert find_contradictions(folder, folder.read_plan(), folder.trials()) == []


def test_a_void_trial_whose_load_did_not_drain_is_looked_at_no_further(folder: RunFolder) -> None:
    files = first(folder)
    lines = files.events.read_bytes().splitlines(keepends=True)
    files.events.write_bytes(b"".join(line for line in lines if b'"drained"' not in line))
    files.requests.unlink()
    recorded(status="void", reason="a worker was lost", gates=gate("load workers", passed=False))(
        folder
    )

    run = load_run(folder)
    assert run.damaged == ()
    assert run.blocks == [2, 3]
