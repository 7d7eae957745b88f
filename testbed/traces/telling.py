"""What an import amounts to, in words and numbers."""

from collections.abc import Iterator

import numpy as np

from experiment.trace import TraceFile
from testbed.traces.log_lines import StatusClass
from testbed.traces.reading import Reading, most_frequent

SHOWN_PATHS = 5
SHOWN_OF_PATH = 60
"""Characters."""
_DOUBTFUL = {StatusClass.REDIRECT, StatusClass.CLIENT_ERROR, StatusClass.SERVER_ERROR}
_SAYS: dict[StatusClass, str] = {
    StatusClass.NOT_MODIFIED: "304 (the visitor's page still good)",
    StatusClass.REDIRECT: "other 3xx (sent elsewhere)",
}


def rows_about(reading: Reading, trace: TraceFile) -> Iterator[tuple[str, str]]:
    """Name and value of each line of the table."""
    header = trace.header
    bad_lines = ", ".join(f"{number}" for number in reading.first_bad)
    yield "lines", f"{reading.lines:,}"
    yield "imported", f"{trace.arrivals.num_rows:,}"
    yield "left out by status", f"{reading.left_out:,}"
    yield "ignored", f"{reading.ignored:,}"
    yield "bad", f"{reading.bad:,}" + (f" (first: {bad_lines})" if bad_lines else "")
    yield "empty", f"{reading.empty:,}"
    yield "outside the window", f"{reading.outside:,}"
    yield "unmapped", f"{reading.unmapped:,}"
    for path, number in most_frequent(reading, SHOWN_PATHS):
        yield f"  {_shortened(path)}", f"{number:,}"
    yield "out of order, sorted", f"{reading.disordered:,}"
    yield "span", f"{header.span_s:,.0f} s, {header.first} to {header.last}"
    yield "mean rate", f"{trace.arrivals.num_rows / header.span_s:.3g} journeys/s"
    yield "peak rate", f"{_peak(trace)} journeys in one second"
    for journey, number in trace.counts().items():
        yield f"  {journey}", f"{number:,}"
    yield from _rows_about_status(reading, header.left_out)


def _rows_about_status(reading: Reading, left_out: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield "answered", ""
    for status, number in _in_order(reading):
        tail = ", left out" if status in left_out else ""
        yield f"  {_SAYS.get(status, status)}", f"{number:,}{tail}"


def _in_order(reading: Reading) -> list[tuple[StatusClass, int]]:
    return [
        (status, reading.answered[status]) for status in StatusClass if reading.answered[status]
    ]


def warning_about_status(reading: Reading, left_out: frozenset[StatusClass]) -> str | None:
    """What may count a visitor twice; None when nothing of the kind was imported."""
    doubtful = [each for each in _in_order(reading) if each[0] in _DOUBTFUL - left_out]
    if not doubtful:
        return None
    counts = ", ".join(f"{number:,} with {status}" for status, number in doubtful)
    options = " ".join(f"--leave-out {status}" for status, _ in doubtful)
    return (
        f"Arrivals include requests that were sent elsewhere or failed: {counts}. Who follows a "
        f"redirect or tries again arrives twice; leave such requests out with {options}."
    )


def _shortened(path: str) -> str:
    return path if len(path) <= SHOWN_OF_PATH else f"{path[:SHOWN_OF_PATH]}..."


def _peak(trace: TraceFile) -> int:
    seconds = np.floor(trace.arrivals.column("arrival_s").to_numpy())
    return int(np.unique(seconds, return_counts=True)[1].max())
