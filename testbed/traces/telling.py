"""What an import amounts to, in words and numbers."""

from collections.abc import Iterator

import numpy as np

from experiment.trace import TraceFile
from testbed.traces.reading import Reading, most_frequent

SHOWN_PATHS = 5


def rows_about(reading: Reading, trace: TraceFile) -> Iterator[tuple[str, str]]:
    """Name and value of each line of the table."""
    header = trace.header
    bad_lines = ", ".join(f"{number}" for number in reading.first_bad)
    yield "lines", f"{reading.lines:,}"
    yield "imported", f"{trace.arrivals.num_rows:,}"
    yield "ignored", f"{reading.ignored:,}"
    yield "bad", f"{reading.bad:,}" + (f" (first: {bad_lines})" if bad_lines else "")
    yield "outside the window", f"{reading.outside:,}"
    yield "out of order, sorted", f"{reading.disordered:,}"
    yield "unmapped", f"{reading.unmapped:,}"
    for path, number in most_frequent(reading, SHOWN_PATHS):
        yield f"  {path[:60]!r}", f"{number:,}"
    yield "span", f"{header.span_s:,.0f} s, {header.first} to {header.last}"
    yield "mean rate", f"{trace.arrivals.num_rows / header.span_s:.3g} journeys/s"
    yield "peak rate", f"{_peak(trace)} journeys in one second"
    for journey, number in trace.counts().items():
        yield f"  {journey}", f"{number:,}"


def _peak(trace: TraceFile) -> int:
    return int(np.bincount(trace.arrivals.column("arrival_s").to_numpy().astype(np.int64)).max())
