"""Rows of what became of each arrival step: written as the run goes, a Parquet file at its end."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson
import pyarrow as pa
import pyarrow.json as pa_json

from experiment.record import TrialFolder
from experiment.rows import RECORDED, Outcome, write_rows
from loadtests.steps import Step

PART_NAME = "requests.jsonl.part"
_ONLY_RECORDED = pa_json.ParseOptions(explicit_schema=RECORDED, unexpected_field_behavior="ignore")


@dataclass(slots=True)
class Row:
    """One row of ``RECORDED``, filled in as its step goes on, and what Locust wants to know."""

    seq: int
    step: int
    journey: str
    operation: str
    feature: str
    intended_s: float
    outcome: Outcome
    sent_s: float | None = None
    ended_s: float | None = None
    status: int | None = None
    degraded: str = ""
    instance: str = ""
    answer: str = ""
    body_bytes: int = 0
    """Of its answer; not in the table."""

    @classmethod
    def unsent(cls, step: Step, intended_s: float, outcome: Outcome) -> Self:
        return cls(
            step.seq, step.step, step.journey, step.operation, step.feature, intended_s, outcome
        )


class Recorder:
    """Appends rows to ``requests.jsonl.part``; ``finish`` makes ``requests.parquet`` of it.

    A row is safe once ``flush`` has returned: a process that is killed loses only later ones.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: list[bytes] = []
        self._file = (folder / PART_NAME).open("wb", buffering=0)

    def add(self, row: Row) -> None:
        self._lines.append(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def flush(self) -> None:
        lines, self._lines = self._lines, []
        if lines:
            self._file.write(b"".join(lines))

    def close(self) -> None:
        """Leave the part file as it was flushed last, for ``recover``."""
        self._file.close()

    def finish(self) -> pa.Table:
        """All rows, which are also in ``requests.parquet`` now; the part file is gone."""
        self.flush()
        self.close()
        part = self._folder / PART_NAME
        table = recover(part)
        write_rows(TrialFolder(self._folder).requests, table)
        part.unlink()
        return table


def recover(part_file: Path) -> pa.Table:
    """The rows (schema ``RECORDED``, by seq and step) of a part file.

    A last line that was cut off by a kill is left out.
    """
    content = part_file.read_bytes()
    whole_lines = content[: content.rfind(b"\n") + 1]
    if not whole_lines:
        return RECORDED.empty_table()
    table = pa_json.read_json(io.BytesIO(whole_lines), parse_options=_ONLY_RECORDED)
    return (
        table.select(RECORDED.names)
        .cast(RECORDED)
        .sort_by([("seq", "ascending"), ("step", "ascending")])
    )
