"""A trace: when journeys arrived somewhere else, as a Parquet file that says where it is from."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from experiment.errors import InputError
from experiment.input_file import bytes_of
from experiment.load import Journey

_COLUMNS: dict[str, pa.DataType] = {"arrival_s": pa.float64(), "journey": pa.string()}
ARRIVAL_TIMES = pa.schema(_COLUMNS)
"""One row per arrival, by time; seconds from the start of the trace."""

MOST_BYTES = 2**30

HEADER_KEY = b"twinstack-trace"


class TraceHeader(BaseModel):
    """Where a trace is from, kept in the metadata of its file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    """Name of the access log."""
    source_sha256: str
    first: str
    """Time of the log's first line that counts, RFC 3339, UTC."""
    last: str
    span_s: Annotated[float, Field(gt=0)]
    """From the first to the end of the last second of the log."""
    lines: int
    bad_lines: int
    ignored: int
    unmapped: int
    empty_lines: int = 0
    answered: dict[str, int] = {}
    """Arrivals by class of their status, also those of the classes that were left out."""
    left_out: tuple[str, ...] = ()
    """Classes of status."""
    seed: int
    """Of the places within a second, which a log does not tell."""


@dataclass(frozen=True)
class TraceFile:
    """The content of a trace file."""

    header: TraceHeader
    arrivals: pa.Table
    """Schema ``ARRIVAL_TIMES``."""
    sha256: str

    def times_of(self, journey: str) -> NDArray[np.float64]:
        frame = self.arrivals.to_pandas()
        return np.asarray(frame.arrival_s[frame.journey == journey], dtype=np.float64)

    def counts(self) -> dict[str, int]:
        """Arrivals of each journey that has any."""
        counted = self.arrivals.to_pandas().journey.value_counts()
        return {str(journey): int(number) for journey, number in sorted(counted.items())}


def read_trace(file: Path, sha256: str = "") -> TraceFile:
    """Read a trace; InputError if it is none, or if its content is not that of ``sha256``."""
    content = bytes_of(file, "trace", MOST_BYTES)
    found = hashlib.sha256(content).hexdigest()
    if sha256 and found != sha256:
        raise InputError(f"The trace {file} is not the one meant: its SHA-256 is {found}.")
    try:
        table = pq.read_table(io.BytesIO(content))
        header = TraceHeader.model_validate_json((table.schema.metadata or {})[HEADER_KEY])
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise InputError(f"{file} is not a trace; twinstack trace import makes one.") from error
    trace = TraceFile(header, table, found)
    _check(file, trace)
    return trace


def _check(file: Path, trace: TraceFile) -> None:
    arrivals = trace.arrivals
    if not arrivals.schema.equals(ARRIVAL_TIMES) or arrivals.num_rows == 0:
        raise InputError(f"{file} has no arrivals, or not the columns of a trace.")
    times_s = arrivals.column("arrival_s").to_numpy()
    inside = times_s[0] >= 0 and times_s[-1] <= trace.header.span_s
    if not (inside and np.all(np.diff(times_s) >= 0)):
        raise InputError(f"{file}: the arrivals are not in order within the span of the trace.")
    unknown = set(trace.counts()) - set(get_args(Journey))
    if unknown:
        raise InputError(f"{file} has journeys that are not known: {', '.join(sorted(unknown))}.")


def with_its_trace(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A scenario's values with what its trace says filled in: whole path, SHA-256, rate, mix.

    Anything that is not a well-formed trace is left as it is, for the scenario's own validation.
    Raises InputError when the trace is not whole, or the scenario says what the trace says.
    """
    load = values.get("load")
    if not isinstance(load, dict):
        return values
    shape = load.get("shape")
    if not isinstance(shape, dict) or shape.get("kind") != "trace":
        return values
    if not isinstance(shape.get("file"), str):
        return values
    said = sorted({"rate", "mix", "arrivals"} & load.keys())
    if said:
        raise InputError(f"load.{said[0]}: a trace says this itself; leave it out.")
    file = (folder / shape["file"]).absolute()
    trace = read_trace(file, str(shape.get("sha256", "")))
    filled = {**shape, "file": file, "sha256": trace.sha256}
    rate = trace.arrivals.num_rows / trace.header.span_s * _speed(shape)
    return {**values, "load": {**load, "shape": filled, "rate": rate, "mix": trace.counts()}}


def _speed(shape: dict[str, Any]) -> float:
    speed = shape.get("speed", 1.0)
    return float(speed) if isinstance(speed, int | float) and speed > 0 else 1.0
