"""W3C trace context: one trace id follows a request through every process it touches."""

import re
import secrets

from flask import g, request

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")


def begin() -> None:
    """Take the caller's trace id, or start a trace."""
    match = _TRACEPARENT.match(request.headers.get("traceparent", ""))
    g.trace_id = match[1] if match else secrets.token_hex(16)


def traceparent(trace_id: str) -> str:
    """Header value for an outgoing call that belongs to the trace."""
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"
