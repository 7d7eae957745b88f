"""Columns of the raw files of a run. Times are seconds from the start of the load (``t0``)."""

from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from experiment.output import replacing

Outcome = Literal[
    "ok", "wrong", "http_error", "refused", "reset", "timeout", "dropped", "skipped", "omitted"
]
"""ok: answered as the contract says, which includes a correct 402 or 409
wrong: answered 2xx, but not with what was asked for
http_error: an answer that the contract's caller cannot use (5xx, or an unexpected 4xx)
refused, reset: no connection, or one that broke
timeout: no answer by the deadline: what happened is indeterminate
dropped: not sent, because the in-flight cap was reached
skipped: not sent, because an earlier step of the journey gave nothing to go on with
omitted: not sent, because the user of a closed loop still waited for an earlier answer
"""


def _column(name: str, kind: pa.DataType, *, nullable: bool = False) -> "pa.Field[Any]":
    return pa.field(name, kind, nullable=nullable)


ARRIVALS = pa.schema(
    [
        _column("seq", pa.int32()),  # journey number, in order of arrival
        _column("step", pa.int16()),  # step of the journey, from 0
        _column("intended_s", pa.float64()),  # planned, whatever the store does
        _column("journey", pa.string()),
        _column("operation", pa.string()),
        _column("feature", pa.string()),
        _column("choices", pa.string()),  # JSON object, by operation
    ]
)
"""The schedule of one block: the same for every arm. One row per arrival step."""

REQUESTS = pa.schema(
    [
        _column("seq", pa.int32()),
        _column("step", pa.int16()),
        _column("journey", pa.string()),
        _column("operation", pa.string()),
        _column("feature", pa.string()),
        # Due: as planned or, for a later step, max(end of the previous step, planned time).
        _column("intended_s", pa.float64()),
        _column("sent_s", pa.float64(), nullable=True),  # null when nothing was sent
        _column("ended_s", pa.float64(), nullable=True),
        _column("outcome", pa.string()),
        _column("status", pa.int16(), nullable=True),  # HTTP status, null without an answer
        _column("degraded", pa.string()),  # parts left out or stale, comma-separated
        _column("instance", pa.string()),
    ]
)
"""One row per scheduled arrival step, whatever became of it."""

RECORDED = REQUESTS.append(_column("answer", pa.string()))
"""What the generator writes: the rows, and in ``answer`` what the audit has to know of the answers
to purchases, as a JSON object; empty elsewhere. Records of old lack that column."""

SAMPLES = pa.schema(
    [
        _column("t_s", pa.float64()),
        # A service, "monolith", or one of "edge", "database", "payment-provider", "generator",
        # "network-proxy" (where a trial plans faults on the network).
        _column("role", pa.string()),
        _column("instances", pa.int16()),
        _column("cpu_s", pa.float64()),  # total since the deployment came up
        _column("memory_mb", pa.float64()),  # proportional set size, MiB
        # From the instances' own counters; zero for what is not ours.
        _column("in_flight", pa.int32()),
        _column("requests", pa.int64()),
        _column("handler_cpu_s", pa.float64()),
        _column("rules_cpu_s", pa.float64()),
        _column("fault_hits", pa.int64()),
        # Of resilience policies: calls that were wanted, what was sent for them, and the rest.
        _column("calls", pa.int64(), nullable=True),
        _column("attempts", pa.int64(), nullable=True),
        _column("rejected", pa.int64(), nullable=True),  # by a breaker or a bulkhead
        _column("breaker_openings", pa.int64(), nullable=True),
        _column("deadline_exceeded", pa.int64(), nullable=True),
        _column("fallbacks", pa.int64(), nullable=True),
        _column("stale_answers", pa.int64(), nullable=True),
        _column("shed", pa.int64(), nullable=True),  # by the edge, before they came to the role
        # Where the number of instances changes with the load, or each has a quota of its own.
        _column("ready", pa.int16(), nullable=True),  # instances that serve
        # CPU quotas of the instances that are alive, also of those that start; what edge and
        # database share stands on the edge.
        _column("cpus", pa.float64(), nullable=True),
        # Of all programs together, on the edge's row for the cores of the store and on the
        # generator's for its own: seconds of CPU since boot, and what a hypervisor took of them.
        _column("cores_busy_s", pa.float64(), nullable=True),
        _column("cores_steal_s", pa.float64(), nullable=True),
        # On the generator's row: CPU time of the tool, which runs beside it, and how far the wall
        # clock has moved against the monotonic one since just before the load was ordered.
        _column("tool_cpu_s", pa.float64(), nullable=True),
        _column("clock_ms", pa.float64(), nullable=True),
    ]
)
"""One row per role and sampling instant. Counters are totals since the deployment came up."""

POLICY_COUNTERS = (
    "calls", "attempts", "rejected", "breaker_openings", "deadline_exceeded", "fallbacks",
    "stale_answers", "shed",
)  # fmt: skip
"""Columns of SAMPLES that count what resilience policies did."""

WATCHED = ("cores_busy_s", "cores_steal_s", "tool_cpu_s", "clock_ms")
"""Columns of SAMPLES that tell what disturbed a trial; null where nobody watched."""

LATER_COLUMNS = (*POLICY_COUNTERS, "ready", "cpus", *WATCHED)
"""Columns of SAMPLES that records of old lack; read from those, they are null."""

LIMBO = pa.schema(
    [
        _column("t_s", pa.float64()),
        # All of them are null where an owner of the data could not be asked at that moment.
        _column("cents", pa.int64(), nullable=True),  # taken, and neither ordered nor given back
        _column("pieces", pa.int64(), nullable=True),  # reserved, neither sold nor on hand
        _column("unfinished", pa.int64(), nullable=True),  # checkouts under way or to be undone
        _column("undelivered", pa.int64(), nullable=True),  # events that wait in an outbox
        _column("took_ms", pa.float64()),  # what asking took: its price, also for the databases
    ]
)
"""What belonged to no order, once a second, where the scenario asks for it (``watch_limbo``)."""


def write_rows(file: Path, table: pa.Table) -> None:
    """Write a Parquet file as a whole or not at all."""
    with replacing(file) as part:
        pq.write_table(table, part, compression="zstd")
