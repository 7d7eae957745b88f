"""Raw files of a trial as tables. A file that is missing or not whole is an InputError."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from experiment.errors import InputError
from experiment.footprint import Footprint
from experiment.journal import read_journal
from experiment.record import Plan, RunFolder, TrialFolder, read_json
from experiment.rows import LATER_COLUMNS, LIMBO, REQUESTS, SAMPLES, Outcome


class Violation(BaseModel):
    """One way in which the books of a trial do not add up."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    invariant: str
    detail: str


class Invariant(BaseModel):
    """What the audit looked at for one invariant."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    says: str
    checks: int


class Audit(BaseModel):
    """What the consistency audit after the drain found.

    Records of old lack all members that have a default.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    violations: tuple[Violation, ...]
    orders: int
    acknowledged: int
    checkouts: Mapping[Literal["ok", "fail", "info"], int] = {}
    """How many ended in each way, as far as their clients know."""
    repeated: int | None = None
    """Keys that were sent more than once."""
    settled_after_s: float | None = None
    """From the drain until nothing was under way, or until the audit waited no longer."""
    settled: bool | None = None
    """Whether nothing was under way then; not on record before the waiting was."""
    invariants: Mapping[str, Invariant] = {}

    @property
    def is_settled(self) -> bool:
        """Where it is not on record, the time tells: the audit waited for 30 s at most."""
        if self.settled is not None:
            return self.settled
        return self.settled_after_s is not None and self.settled_after_s < _WAITED_S


_WAITED_S = 30.0

Events = list[dict[str, Any]]


def read_table(file: Path, schema: pa.Schema) -> pa.Table:
    """Read a Parquet file with the columns and types of ``schema``.

    Raises InputError with one sentence when the file is missing, cut off or of another shape.
    """
    try:
        _require_columns(file, schema)
        with pq.ParquetFile(file, read_dictionary=_categories(schema)) as parquet:
            table = _completed(parquet.read(columns=schema.names), schema)
    except FileNotFoundError as error:
        raise InputError(f"{file} is missing; this is not a whole run record.") from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _not_whole(file) from error
    try:
        return table.select(schema.names).cast(schema)
    except (pa.ArrowException, ValueError) as error:
        raise InputError(f"{file} holds a value of the wrong type: {error}.") from error


def count_rows(file: Path) -> int:
    """Rows of a Parquet file, by what stands at its end. InputError when that cannot be read."""
    try:
        with pq.ParquetFile(file) as parquet:
            rows: int = parquet.metadata.num_rows
    except FileNotFoundError as error:
        raise InputError(f"{file} is missing; this is not a whole run record.") from error
    except (pa.ArrowException, OSError) as error:
        raise _not_whole(file) from error
    return rows


def read_rows(file: Path, schema: pa.Schema) -> pd.DataFrame:
    """Read a Parquet file like ``read_table``; text becomes categories.

    A column of text has few values in many rows: as categories it takes a hundredth of the
    memory, and comparing it is comparing small numbers.
    """
    return _frame(file, read_table(file, _compact(schema)))


def _frame(file: Path, table: pa.Table) -> pd.DataFrame:
    """Only here each text is looked at, and so are references to texts that are not there."""
    try:
        return table.to_pandas()
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise _not_whole(file) from error


def _not_whole(file: Path) -> InputError:
    return InputError(f"{file} is not a whole Parquet file; it was cut off or damaged.")


def read_requests(trial: TrialFolder) -> pd.DataFrame:
    rows = read_rows(trial.requests, REQUESTS)
    unknown = sorted(set(rows["outcome"].cat.categories) - set(get_args(Outcome)))
    if unknown:
        raise InputError(
            f"{trial.requests} holds the outcome {unknown[0]!r}, which is not known here; "
            "another version wrote it."
        )
    return rows


def read_limbo(trial: TrialFolder) -> pd.DataFrame | None:
    """What was in limbo, or None when the scenario did not ask for it."""
    return read_rows(trial.limbo, LIMBO) if trial.limbo.exists() else None


def read_footprint(trial: TrialFolder) -> Footprint | None:
    """What the store consisted of, or None when the scenario did not ask for it."""
    return read_json(trial.footprint, Footprint) if trial.footprint.exists() else None


def read_samples(trial: TrialFolder) -> pd.DataFrame:
    return read_rows(trial.samples, SAMPLES)


def read_events(trial: TrialFolder) -> Events:
    """Events of a trial in the order in which they happened; InputError when there are none."""
    return _lines_of(trial.events)


def read_stopped_at(run: RunFolder, plan: Plan) -> int | None:
    """The block after which the run stopped early, if its plan allowed that; else None.

    A stop that the journal tells of, but at no declared look, does not count as one.
    """
    if plan.stopping is None:
        return None
    for event in _lines_of(run.journal):
        if event["event"] == "stopped-early" and event["block"] in plan.stopping.looks:
            return int(event["block"])
    return None


def _lines_of(journal: Path) -> Events:
    try:
        events = read_journal(journal)
    except FileNotFoundError as error:
        raise InputError(f"{journal} is missing; this is not a whole run record.") from error
    except ValueError as error:
        raise InputError(f"{journal} has a line that is not JSON.") from error
    if not all(isinstance(event, dict) and "event" in event for event in events):
        raise InputError(f"{journal} has a line that is not an event.")
    return events


def read_audit(trial: TrialFolder) -> Audit | None:
    """The audit of a trial, or None when it was not audited, which the report says."""
    return read_json(trial.audit, Audit) if trial.audit.exists() else None


def _require_columns(file: Path, schema: pa.Schema) -> None:
    there = pq.read_schema(file).names
    missing = [name for name in schema.names if name not in {*there, *LATER_COLUMNS}]
    if missing:
        raise InputError(f"{file} lacks the column {missing[0]}; another version wrote it.")


def _completed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """With the columns that were not there yet when it was written, as unknown."""
    for name in LATER_COLUMNS:
        if name in schema.names and name not in table.column_names:
            unknown = pa.nulls(table.num_rows, schema.field(name).type)
            table = table.append_column(name, unknown)
    return table


def _categories(schema: pa.Schema) -> list[str]:
    return [field.name for field in schema if pa.types.is_dictionary(field.type)]


def _compact(schema: pa.Schema) -> pa.Schema:
    categories = pa.dictionary(pa.int32(), pa.string())
    fields = [
        field.with_type(categories) if field.type == pa.string() else field for field in schema
    ]
    return pa.schema(fields)
