"""Raw rows as CSV, for a spreadsheet; trial by trial, so that size does not matter."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from analysis.reading import read_table
from analysis.salvage import Damage, find_contradictions, find_records, reason_of
from experiment.errors import InputError
from experiment.integrity import require_untouched
from experiment.output import replacing, require_folder
from experiment.record import RunFolder, TrialRecord
from experiment.rows import LIMBO, REQUESTS, SAMPLES


@dataclass(frozen=True)
class Exported:
    files: tuple[Path, ...]
    damaged: tuple[str, ...]
    """Trials that could not be read, each with what is wrong; none of their rows are exported."""


def export_csv(run: RunFolder, target: Path) -> Exported:
    """Write ``requests.csv`` and ``samples.csv`` of all trials that were measured to their end.

    ``limbo.csv`` comes with them where the scenario asked for it. Each row names its block, arm,
    attempt and the status of its trial; those of void trials are there too. Raises InputError
    when the plan is broken or was edited, or no trial can be read.
    """
    plan = run.read_plan()
    if plan.scenario.search is not None:
        raise InputError(f"{run.path} is a search; its rows are in block-*/*/probe-*/.")
    require_untouched(run)
    records, damaged = find_records(run, plan)
    require_folder(target)
    trials = _readable(run, records, damaged)
    first = next(trials, None)
    if first is None:
        raise InputError(f"{run.path} holds no trial that was measured to its end.")
    target.mkdir(parents=True, exist_ok=True)
    files = {name: target / f"{name}.csv" for name in first}
    with ExitStack() as stack:
        parts = {name: stack.enter_context(replacing(file)) for name, file in files.items()}
        writers = {
            name: stack.enter_context(csv.CSVWriter(part, first[name].schema))
            for name, part in parts.items()
        }
        for tables in chain([first], trials):
            for name, table in tables.items():
                writers[name].write_table(table)
    return Exported(tuple(files.values()), tuple(map(str, damaged)))


def _readable(
    run: RunFolder, records: list[TrialRecord], damaged: list[Damage]
) -> Iterator[dict[str, pa.Table]]:
    """The tables of each trial that can be read; adds the others to ``damaged``."""
    wanted = {"requests": REQUESTS, "samples": SAMPLES}
    plan = run.read_plan()
    if plan.scenario.watch_limbo:
        wanted["limbo"] = LIMBO
    for record in records:
        if record.status not in ("complete", "void"):
            continue
        folder = run.files_of(record).path
        if false := find_contradictions(run, plan, [record]):
            damaged += false
            continue
        try:
            tables = {
                name: read_table(folder / f"{name}.parquet", schema)
                for name, schema in wanted.items()
            }
        except InputError as error:
            damaged.append(Damage(record.block, record.arm, reason_of(run, error)))
        else:
            yield {name: _named(table, record) for name, table in tables.items()}


def _named(rows: pa.Table, record: TrialRecord) -> pa.Table:
    names = {
        "block": record.block,
        "arm": record.arm,
        "attempt": record.attempt,
        "trial_status": record.status,
    }
    for place, (name, value) in enumerate(names.items()):
        rows = rows.add_column(place, name, pa.array(np.full(len(rows), value)))
    return rows
