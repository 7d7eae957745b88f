"""What gunicorn asks of us for each request; it reads this module as its configuration file."""

from typing import Any

from store.runtime.limits import MAX_BODY_BYTES


def pre_request(_worker: Any, request: Any) -> None:
    """Close the connection behind a body that may be left unread, and say so in the answer.

    Gunicorn reads away less than 64 KiB of it. It closes a connection with more, without a word:
    the edge would send somebody else's request on it, and that would be lost.
    """
    for name, value in request.headers:
        is_long = name == "CONTENT-LENGTH" and int(value) >= MAX_BODY_BYTES
        if is_long or name == "TRANSFER-ENCODING":
            request.force_close()
