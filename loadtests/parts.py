"""A schedule split between workers, and their rows made whole again."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from experiment.record import TrialFolder, write_whole
from experiment.rows import RECORDED, write_rows
from loadtests.summary import SUMMARY_NAME, Usage, summarise


def share_of(arrivals: pa.Table, index: int, workers: int) -> pa.Table:
    """The journeys of worker ``index`` of ``workers``: those with ``seq % workers == index``."""
    return arrivals.filter(np.mod(arrivals["seq"].to_numpy(), workers) == index)


@dataclass(frozen=True)
class Part:
    """What one worker measured; travels as a message, so its members are plain."""

    index: int
    rows: bytes
    """A Parquet file (schema ``RECORDED``); empty when the worker got nowhere."""
    cpu_s: float
    wall_s: float
    error: str
    """Why the worker could not do its share, one sentence; empty when it did."""
    exit_code: int

    def table(self) -> pa.Table:
        return pq.read_table(io.BytesIO(self.rows)) if self.rows else RECORDED.empty_table()


def part_in(folder: Path, index: int, error: str, exit_code: int) -> Part:
    """The part that a worker's generator left in its folder, as far as it came."""
    try:
        summary: Mapping[str, Any] = orjson.loads((folder / SUMMARY_NAME).read_bytes())
        rows = (folder / "requests.parquet").read_bytes()
    except FileNotFoundError:
        return Part(index, b"", 0.0, 0.0, error, exit_code)
    return Part(index, rows, summary["cpu_s"], summary["wall_s"], error, exit_code)


def merge(
    parts: Mapping[int, Part], folder: Path, scheduled: int, workers: int, own_cpu_s: float
) -> None:
    """Write the ``requests.parquet`` and ``generator.json`` that one process would have left."""
    tables = [RECORDED.empty_table(), *(part.table() for part in parts.values())]
    rows = pa.concat_tables(tables).sort_by([("seq", "ascending"), ("step", "ascending")])
    write_rows(TrialFolder(folder).requests, rows)
    usage = Usage(
        cpu_s=own_cpu_s + sum(part.cpu_s for part in parts.values()),
        wall_s=max((part.wall_s for part in parts.values()), default=0.0),
    )
    summary = summarise(rows, scheduled, usage, workers)
    write_whole(folder / SUMMARY_NAME, orjson.dumps(summary))
