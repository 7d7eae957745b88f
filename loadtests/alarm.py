"""Sleep to exact times: the event loop's own timers round up to whole milliseconds."""

import ctypes
import os
import struct
import time
from heapq import heappop, heappush
from itertools import count

import gevent
from gevent.hub import Waiter

READABLE = 1
TFD_TIMER_ABSTIME = 1
NANO = 1_000_000_000

_libc = ctypes.CDLL(None, use_errno=True)


class Alarm:
    """Wakes greenlets at times of ``time.perf_counter``, which on Linux is CLOCK_MONOTONIC.

    One timerfd(2) in the event loop serves all of them, set to the earliest time.
    """

    def __init__(self) -> None:
        self._timer = _checked(
            _libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        )
        self._sleepers: list[tuple[float, int, Waiter]] = []
        self._numbers = count()
        self._watcher = gevent.get_hub().loop.io(self._timer, READABLE)
        self._watcher.start(self._ring)

    def sleep_until(self, at: float) -> None:
        """Return at ``at``, or when ``wake_all`` is called."""
        sleeper = (at, next(self._numbers), Waiter())
        heappush(self._sleepers, sleeper)
        if self._sleepers[0] is sleeper:
            self._set(at)
        sleeper[2].get()

    def wake_all(self) -> None:
        sleepers, self._sleepers = self._sleepers, []
        for *_, waiter in sleepers:
            gevent.get_hub().loop.run_callback(waiter.switch, None)

    def close(self) -> None:
        self._watcher.stop()
        self._watcher.close()
        os.close(self._timer)

    def _ring(self) -> None:
        os.read(self._timer, 8)
        now = time.perf_counter()
        while self._sleepers and self._sleepers[0][0] <= now:
            heappop(self._sleepers)[2].switch(None)
        if self._sleepers:
            self._set(self._sleepers[0][0])

    def _set(self, at: float) -> None:
        """Ring once at ``at``; at once when that has passed. All zeros would unset the timer."""
        seconds, nanoseconds = divmod(max(1, int(at * NANO)), NANO)
        once_at = struct.pack("qqqq", 0, 0, seconds, nanoseconds)
        _checked(_libc.timerfd_settime(self._timer, TFD_TIMER_ABSTIME, once_at, None))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
