"""Deadline: the time by which a request has to be answered travels with it through every process.

It is a moment of the wall clock, not a time span: a span would start anew in each process and
forget what a request waited in line before a thread took it, which is most of it under overload.
All processes of a deployment must therefore share a clock, as they do on one machine; on several,
their clocks may differ by much less than ``request_s``.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from store.runtime.problems import Problem

HEADER = "X-Deadline"
"""Unix seconds, from a caller."""
START_HEADER = "X-Request-Start"
"""``t=<Unix seconds>``, from the edge: when it took the request."""
CLOCKS_DIFFER_S = 0.005
"""What is left less than this is nothing: waits end by another clock, some milliseconds apart."""
_SECONDS = re.compile(r"^(?:t=)?(\d{1,12}(?:\.\d{1,6})?)$")

_current: ContextVar[float | None] = ContextVar("deadline", default=None)


class DeadlineExceeded(Problem):
    """Nobody waits for the answer any more, so nothing was begun for it."""

    def __init__(self) -> None:
        super().__init__(503, "deadline-exceeded", "The time for this request was up.")


def earliest(told: str | None, started: str | None, request_s: float, now: float) -> float:
    """The deadline of a request: ``request_s`` after its start, or earlier when the caller says.

    ``told`` and ``started`` are the values of the two headers; one that is no time is ignored. A
    start that lies ahead counts as now.
    """
    start = _seconds(started)
    own = (now if start is None else min(start, now)) + request_s
    callers = _seconds(told)
    return own if callers is None else min(own, callers)


def _seconds(header: str | None) -> float | None:
    match = _SECONDS.match(header or "")
    return float(match[1]) if match else None


def begin(at: float | None) -> None:
    """Set the deadline of the request that this thread handles from now on; None: it has none."""
    _current.set(at)


def left_s() -> float | None:
    """What is left for the current request, negative when its time is up; None: no deadline."""
    at = _current.get()
    return None if at is None else at - time.time()


def is_up() -> bool:
    """Whether nobody waits for the answer any more; never without a deadline."""
    left = left_s()
    return left is not None and left <= CLOCKS_DIFFER_S


def check() -> None:
    """Raise DeadlineExceeded when the time is up: call it before work that costs something."""
    if is_up():
        raise DeadlineExceeded


def header(within_s: float) -> dict[str, str]:
    """For a call that has to be answered within so many seconds."""
    return {HEADER: f"{time.time() + within_s:.6f}"}


@contextmanager
def lifted() -> Iterator[None]:
    """No deadline within: for what must be finished once it was begun, like undoing an effect."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)
