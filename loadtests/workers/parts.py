"""What workers measured, made whole again."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from experiment.load_worker import LoadWorker
from experiment.record import TrialFolder, write_whole
from experiment.rows import RECORDED, write_rows
from loadtests.summary import SUMMARY_NAME, Usage, summarise


@dataclass(frozen=True)
class Part:
    """What one worker measured; travels as a message, so its members are plain."""

    rows: bytes
    """A Parquet file (schema ``RECORDED``); empty when the worker got nowhere."""
    cpu_s: float
    wall_s: float
    error: str
    """Why the worker could not do its share, one sentence; empty when it did."""

    def table(self) -> pa.Table:
        return pq.read_table(io.BytesIO(self.rows)) if self.rows else RECORDED.empty_table()


def part_in(folder: Path, error: str) -> Part:
    """The part that a worker's generator left in its folder, as far as it came."""
    try:
        summary: Mapping[str, Any] = orjson.loads((folder / SUMMARY_NAME).read_bytes())
        rows = (folder / "requests.parquet").read_bytes()
    except FileNotFoundError:
        return Part(b"", 0.0, 0.0, error)
    return Part(rows, summary["cpu_s"], summary["wall_s"], error)


def merge(
    tables: Iterable[pa.Table],
    usage: Usage,
    folder: Path,
    scheduled: int,
    workers: Sequence[LoadWorker],
) -> None:
    """Write the ``requests.parquet`` and ``generator.json`` that one process would have left.

    ``generator.json`` also tells of each worker. ``tables`` have the schema ``RECORDED``.
    """
    rows = pa.concat_tables([RECORDED.empty_table(), *tables])
    rows = rows.sort_by([("seq", "ascending"), ("step", "ascending")])
    write_rows(TrialFolder(folder).requests, rows)
    summary = summarise(rows, scheduled, usage, len(workers))
    summary["load_workers"] = [worker.model_dump() for worker in workers]
    write_whole(folder / SUMMARY_NAME, orjson.dumps(summary))
