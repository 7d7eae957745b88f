"""How much of a request either store takes; the edge refuses more, the application is second."""

MAX_BODY_BYTES = 64 * 1024
MAX_TARGET_BYTES = 4 * 1024
"""Of path and query together."""
MAX_HEADERS = 100
MAX_HEADERS_KIB = 16
"""Of all headers together, the target included."""
