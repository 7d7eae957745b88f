"""What cannot be read is named in one sentence, and the rest of the run stays readable."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.export import export_csv
from analysis.measured import load_run
from analysis.summary import summarise
from experiment.errors import InputError
from experiment.integrity import hash_of_plan
from experiment.record import RunFolder, TrialFolder

Make = Callable[..., RunFolder]


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def change_json(file: Path, **members: object) -> None:
    file.write_bytes(orjson.dumps(orjson.loads(file.read_bytes()) | members))


def change_rows(file: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    pq.write_table(change(pq.read_table(file, partitioning=None)), file)


def with_column(table: pa.Table, name: str, value: object) -> pa.Table:
    place = table.column_names.index(name)
    return table.set_column(place, name, pa.array([value] * len(table)))


DAMAGES: dict[str, tuple[Callable[[TrialFolder], None], str]] = {
    "truncated requests": (
        lambda trial: cut(trial.requests),
        "requests.parquet is not a whole Parquet file",
    ),
    "truncated samples": (
        lambda trial: cut(trial.samples),
        "samples.parquet is not a whole Parquet file",
    ),
    "no samples": (lambda trial: trial.samples.unlink(), "samples.parquet is missing"),
    "no record": (lambda trial: trial.run.unlink(), "run.json is missing"),
    "broken record": (lambda trial: cut(trial.run), "run.json is not a valid record"),
    "broken audit": (lambda trial: cut(trial.audit), "audit.json is not a valid record"),
    "newer record": (
        lambda trial: change_json(trial.run, schema_version=2, more=1),
        "run.json was written by a newer version of Twinstack (schema 2; this one reads 1)",
    ),
    "another trial's record": (
        lambda trial: change_json(trial.run, block=2),
        "run.json is the record of block 2, monolith",
    ),
    "a column less": (
        lambda trial: change_rows(trial.requests, lambda rows: rows.drop_columns(["instance"])),
        "requests.parquet lacks the column instance",
    ),
    "another type": (
        lambda trial: change_rows(trial.requests, lambda r: with_column(r, "sent_s", "soon")),
        "requests.parquet holds a value of the wrong type",
    ),
    "an unknown outcome": (
        lambda trial: change_rows(trial.requests, lambda r: with_column(r, "outcome", "lost")),
        "requests.parquet holds the outcome 'lost'",
    ),
    "broken events": (
        lambda trial: trial.events.write_bytes(b"{\n"),
        "events.jsonl has a line that is not JSON",
    ),
    "other events": (
        lambda trial: trial.events.write_bytes(b"7\n"),
        "events.jsonl has a line that is not an event",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_trial_is_named_and_takes_its_block_out_of_the_run(make: Make, name: str) -> None:
    folder = make(blocks=3, rate=12.0)
    damage, says = DAMAGES[name]
    damage(folder.trial(1, "monolith"))

    run = load_run(folder)
    summary = summarise(run)

    assert run.blocks == [2, 3]
    assert not run.cut_off
    (sentence,) = summary.damaged
    assert sentence.startswith("block 1, monolith: ")
    assert says in sentence
    assert str(folder.path) not in sentence
    assert summary.outcome is None
    assert "the record is not whole" in summary.headline
    assert [values.block for values in summary.primary.blocks] == [2, 3]


def test_a_missing_last_trial_is_damage_only_when_the_run_went_to_its_end(make: Make) -> None:
    folder = make(blocks=2, rate=12.0, absent=frozenset({(2, "microservices")}))
    assert load_run(folder).cut_off

    folder.journal.write_bytes(b'{"event": "run-ended", "status": "complete"}\n')
    run = load_run(folder)
    assert not run.cut_off
    assert [str(found) for found in run.damaged] == [
        "block 2, microservices: block-02/microservices/run.json is missing."
    ]


def test_the_report_leaves_the_damaged_block_out_names_it_and_exits_with_1(
    make: Make, tmp_path: Path
) -> None:
    folder = make(blocks=2)
    cut(folder.trial(1, "monolith").requests)

    done = subprocess.run(
        [sys.executable, "-m", "testbed", "report", str(folder.path)],
        env={**os.environ, "TWINSTACK_STATE": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=False,
    )

    page = (folder.report / "index.html").read_text(encoding="utf-8")
    assert done.returncode == 1
    assert "Damaged: block 1, monolith: block-01/monolith/requests.parquet" in done.stderr
    assert "block-01/monolith/requests.parquet is not a whole Parquet file" in page
    assert page.count('<img src="data:image/') == 6
    assert "over 1 blocks" in page


def test_the_export_writes_what_is_readable_and_names_what_is_not(
    make: Make, tmp_path: Path
) -> None:
    folder = make(blocks=1, rate=12.0)
    cut(folder.trial(1, "monolith").samples)

    exported = export_csv(folder, tmp_path / "csv")

    rows = exported.files[0].read_text().splitlines()
    assert len(rows) == 1 + 12 * 34
    assert all('"microservices"' in row for row in rows[1:])
    assert "samples.parquet is not a whole Parquet file" in exported.damaged[0]


def test_a_broken_or_newer_plan_ends_everything(make: Make, tmp_path: Path) -> None:
    folder = make(blocks=1, rate=12.0)
    change_json(folder.plan, schema_version=9)
    with pytest.raises(InputError, match="newer version of Twinstack"):
        load_run(folder)

    cut(folder.plan)
    with pytest.raises(InputError, match=r"plan\.json is not a valid record"):
        export_csv(folder, tmp_path / "csv")


def test_a_plan_that_was_edited_after_the_start_is_refused(make: Make, tmp_path: Path) -> None:
    folder = make(blocks=1, rate=12.0)
    started = {"event": "run-started", "plan_sha256": hash_of_plan(folder)}
    folder.journal.write_bytes(orjson.dumps(started) + b"\n")
    assert load_run(folder).blocks == [1]

    change_json(folder.plan, seed=8)
    for use in (load_run, lambda run: export_csv(run, tmp_path / "csv")):
        with pytest.raises(InputError, match=r"plan\.json was edited after the run had started"):
            use(folder)
