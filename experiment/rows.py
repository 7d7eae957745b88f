"""Columns of the raw files of a run. Times are seconds from the start of the load (``t0``)."""

from typing import Literal

import pyarrow as pa

Outcome = Literal["ok", "wrong", "http_error", "refused", "reset", "timeout", "dropped", "skipped"]
"""ok: answered as the contract says, which includes a correct 402 or 409
wrong: answered 2xx, but not with what was asked for
http_error: an answer that the contract's caller cannot use (5xx, or an unexpected 4xx)
refused, reset: no connection, or one that broke
timeout: no answer by the deadline: what happened is indeterminate
dropped: not sent, because the in-flight cap was reached
skipped: not sent, because an earlier step of the journey gave nothing to go on with
"""

ARRIVALS = pa.schema(
    [
        pa.field("seq", pa.int32(), nullable=False),  # journey number, in order of arrival
        pa.field("step", pa.int16(), nullable=False),  # step of the journey, from 0
        pa.field("intended_s", pa.float64(), nullable=False),
        pa.field("journey", pa.string(), nullable=False),
        pa.field("operation", pa.string(), nullable=False),
        pa.field("feature", pa.string(), nullable=False),
        pa.field("choices", pa.string(), nullable=False),  # JSON object, by operation
    ]
)
"""The schedule of one block: the same for every arm. One row per arrival step."""

REQUESTS = pa.schema(
    [
        pa.field("seq", pa.int32(), nullable=False),
        pa.field("step", pa.int16(), nullable=False),
        pa.field("journey", pa.string(), nullable=False),
        pa.field("operation", pa.string(), nullable=False),
        pa.field("feature", pa.string(), nullable=False),
        # For a later step: max(end of the previous step, scheduled time).
        pa.field("intended_s", pa.float64(), nullable=False),
        pa.field("sent_s", pa.float64()),  # null when nothing was sent
        pa.field("ended_s", pa.float64()),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("status", pa.int16()),  # HTTP status, null without an answer
        pa.field("degraded", pa.string(), nullable=False),  # parts left out, comma-separated
        pa.field("instance", pa.string(), nullable=False),
    ]
)
"""One row per scheduled arrival step, whatever became of it."""

SAMPLES = pa.schema(
    [
        pa.field("t_s", pa.float64(), nullable=False),
        # A service, "monolith", or one of "edge", "database", "payment-provider", "generator".
        pa.field("role", pa.string(), nullable=False),
        pa.field("instances", pa.int16(), nullable=False),
        pa.field("cpu_s", pa.float64(), nullable=False),  # total since the deployment came up
        pa.field("memory_mb", pa.float64(), nullable=False),  # proportional set size
        # From the instances' own counters; zero for what is not ours.
        pa.field("in_flight", pa.int32(), nullable=False),
        pa.field("requests", pa.int64(), nullable=False),
        pa.field("handler_cpu_s", pa.float64(), nullable=False),
        pa.field("rules_cpu_s", pa.float64(), nullable=False),
        pa.field("fault_hits", pa.int64(), nullable=False),
    ]
)
"""One row per role and sampling instant."""
