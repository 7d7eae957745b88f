"""From what was read of a log to a trace file."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiment.errors import InputError
from experiment.output import require_file
from experiment.record import write_whole
from experiment.trace import ARRIVAL_TIMES, HEADER_KEY, TraceFile, TraceHeader, read_trace
from experiment.visible import visible
from testbed.traces.mapping import JourneyTable
from testbed.traces.opening import STANDARD_INPUT, name_of
from testbed.traces.reading import JOURNEYS, Reading, Rules, most_frequent, read_log, utc

MOST_BAD = 0.5
"""A log with a greater share of lines in another format is refused."""
SEED = 1


def import_log(
    log: Path, out: Path, table: JourneyTable, rules: Rules
) -> tuple[Reading, TraceFile]:
    """Write the arrivals in an access log as a trace; ``-`` is standard input.

    Raises InputError; then nothing is written.

    A log tells whole seconds. An arrival is put anywhere within its second with equal chance (by
    a fixed seed): given their number, so do the arrivals of a Poisson process, whereas arrivals
    at the second's begin would be bursts that nobody saw.
    """
    require_file(out, Path("/dev/stdin") if log == STANDARD_INPUT else log)
    reading = read_log(log, table, rules)
    _require_arrivals(log, reading)
    write_trace(out, _header(log, reading, rules), _arrivals(reading))
    return reading, read_trace(out)


def write_trace(file: Path, header: TraceHeader, arrivals: pa.Table) -> None:
    """Write a trace (schema ``ARRIVAL_TIMES``) as a whole or not at all."""
    content = io.BytesIO()
    metadata = {HEADER_KEY: header.model_dump_json().encode()}
    pq.write_table(arrivals.replace_schema_metadata(metadata), content)
    write_whole(file, content.getvalue())


def _require_arrivals(log: Path, reading: Reading) -> None:
    written = reading.lines - reading.empty
    if not written:
        raise InputError(f"{name_of(log)} is empty.")
    if reading.bad > MOST_BAD * written:
        number, text = next(iter(reading.first_bad.items()))
        raise InputError(
            f"{reading.bad:,} of {written:,} lines of {name_of(log)} are not in common or "
            f"combined format; the first is line {number}: {text!r}."
        )
    if reading.seconds:
        return
    if reading.left_out:
        raise InputError(f"All {reading.left_out:,} arrivals in {name_of(log)} were left out.")
    paths = ", ".join(path for path, _ in most_frequent(reading, 3))
    most = f"; the most frequent are {paths}" if paths else ""
    raise InputError(f"No request of {name_of(log)} in the window begins a journey{most}.")


def _header(log: Path, reading: Reading, rules: Rules) -> TraceHeader:
    first_s = reading.first_s or 0
    return TraceHeader(
        source=visible(Path(name_of(log)).name),
        source_sha256=reading.sha256,
        first=utc(first_s),
        last=utc(reading.last_s),
        span_s=reading.last_s + 1 - first_s,
        lines=reading.lines,
        bad_lines=reading.bad,
        ignored=reading.ignored,
        unmapped=reading.unmapped,
        empty_lines=reading.empty,
        answered=dict(sorted(reading.answered.items())),
        left_out=tuple(sorted(rules.left_out)),
        seed=SEED,
    )


def _arrivals(reading: Reading) -> pa.Table:
    seconds = np.frombuffer(reading.seconds, dtype=np.int64) - (reading.first_s or 0)
    journeys = np.frombuffer(reading.journeys, dtype=np.int8)
    in_order = np.argsort(seconds, kind="stable")
    times_s = np.sort(seconds + np.random.default_rng(SEED).random(len(seconds)))
    names = np.array(JOURNEYS)[journeys[in_order]]
    return pa.table([pa.array(times_s), pa.array(names, pa.string())], schema=ARRIVAL_TIMES)
