"""W3C trace context: one trace id follows a request through every process it touches."""

import random
import re

from flask import g, request

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")


def begin() -> None:
    """Take the caller's trace id, or start a trace."""
    # As WSGI has it: a look through all headers by any case costs as much as all of the rest here.
    match = _TRACEPARENT.match(request.environ.get("HTTP_TRACEPARENT", ""))
    g.trace_id = match[1] if match else new_trace_id()


def new_trace_id() -> str:
    return _random_hex(16)


def traceparent(trace_id: str) -> str:
    """Header value for an outgoing call that belongs to the trace."""
    return f"00-{trace_id}-{_random_hex(8)}-01"


def _random_hex(size_bytes: int) -> str:
    # Not from the kernel: reading its random numbers lets go of the interpreter, so that a busy
    # process waits for its turn anew, once for each call that it makes.
    return random.randbytes(size_bytes).hex()  # noqa: S311 - ids, not secrets
