"""Bytes on their way in one direction of one connection."""

import math
from asyncio import AbstractEventLoop, TimerHandle
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from testbed.network.impairment import Tally
from testbed.network.pace import Pace

PIECE = 4_096
"""Bytes that travel together: small, so that a narrow way lets them through steadily."""
END = b""
"""Stands for the end of what a side sends, and travels like the bytes before it."""


@dataclass(frozen=True)
class _Piece:
    content: bytes
    came_at_s: float
    through_at_s: float


class Flow:
    """Hands pieces to ``deliver`` in their order, each when its pace lets it through.

    It keeps whatever it is given: requests and answers of a store are some kilobytes.
    """

    def __init__(
        self, pace: Pace, deliver: Callable[[bytes], None], tally: Tally, loop: AbstractEventLoop
    ) -> None:
        self._pace = pace
        self._deliver = deliver
        self._tally = tally
        self._loop = loop
        self._waiting: deque[_Piece] = deque()
        self._timer: TimerHandle | None = None

    def put(self, content: bytes) -> None:
        """Bytes that arrived, or ``END``."""
        now_s = self._loop.time()
        for start in range(0, len(content) or 1, PIECE):
            part = content[start : start + PIECE]
            through_at_s = self._pace.through_at_s(now_s, len(part))
            self._tally.bytes_held += len(part) if math.isinf(through_at_s) else 0
            self._waiting.append(_Piece(part, now_s, through_at_s))
        if self._timer is None:
            self._go_on()

    def release(self, pace: Pace) -> None:
        """Let everything through that waits, and go on at another pace."""
        self._pace = pace
        while self._waiting:
            self._let_through(self._waiting.popleft())
        self.stop()

    def stop(self) -> None:
        """Deliver nothing more of what waits."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go_on(self) -> None:
        self._timer = None
        while self._waiting and self._waiting[0].through_at_s <= self._loop.time():
            self._let_through(self._waiting.popleft())
        if self._waiting and not math.isinf(self._waiting[0].through_at_s):
            self._timer = self._loop.call_at(self._waiting[0].through_at_s, self._go_on)

    def _let_through(self, piece: _Piece) -> None:
        if piece.content:
            self._tally.pieces += 1
            self._tally.waited_s += self._loop.time() - piece.came_at_s
            self._tally.bytes_through += len(piece.content)
        self._deliver(piece.content)
