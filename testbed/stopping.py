"""Stopping on request: Ctrl-C, SIGTERM and SIGHUP unwind the stack in the same way."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """The user wants to stop. No library takes it for its own, as some do a KeyboardInterrupt."""

    def __str__(self) -> str:
        return "stopped by the user"


@contextmanager
def signals_raise_stopped() -> Iterator[None]:
    """Raise Stopped at the first signal; ignore more, so that nothing cuts the unwinding short."""

    def stop(_signal: int, _frame: object) -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
