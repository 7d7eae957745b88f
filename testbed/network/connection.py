"""A connection through the proxy: the caller's half, the callee's, and what flows in between."""

import asyncio
import socket
import struct
from asyncio import AbstractEventLoop, Transport
from collections.abc import Callable
from typing import Protocol, cast

from testbed.network.flow import END, Flow
from testbed.network.impairment import Tally
from testbed.network.pace import Pace

_BOTH = 2


def reset_on_close(wire: socket.socket) -> None:
    """Let ``close`` tell the other side of a reset, not of an end."""
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # on, for 0 s


class Conditions(Protocol):
    """What a connection has to know of the passage that it takes."""

    request_pace: Pace
    answer_pace: Pace
    cuts_answers: bool
    tally: Tally


class _Half(asyncio.Protocol):
    """One end: what arrives, ``END`` included, goes to ``arrived``; that it broke, to ``lost``."""

    def __init__(self, arrived: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self._arrived = arrived
        self._lost = lost
        self._transport: Transport | None = None

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._arrived(data)

    def eof_received(self) -> bool:
        self._arrived(END)
        return True  # the other direction may go on

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - asyncio's own
        self._lost()

    def send(self, data: bytes) -> None:
        if self._transport is not None and self.is_open:
            if data:
                self._transport.write(data)
            else:
                self._transport.write_eof()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def reset(self) -> None:
        if self._transport is not None and self.is_open:
            reset_on_close(self._transport.get_extra_info("socket"))
            self._transport.abort()


class Connection:
    """Lives from ``join`` on; calls ``gone`` when nothing is left of it."""

    def __init__(
        self, conditions: Conditions, loop: AbstractEventLoop, gone: Callable[["Connection"], None]
    ) -> None:
        self._conditions = conditions
        self._loop = loop
        self._gone = gone
        self._ends_passed = 0
        self._caller = _Half(self._request_arrived, self._break)
        self._callee = _Half(self._answer_arrived, self._break)
        self._requests = Flow(conditions.request_pace, self._to_callee, conditions.tally, loop)
        self._answers = Flow(conditions.answer_pace, self._to_caller, conditions.tally, loop)

    async def join(self, caller: socket.socket, callee: tuple[str, int]) -> None:
        """Connect an accepted caller to the callee; a callee that cannot be had resets it."""
        try:
            await self._loop.create_connection(lambda: self._callee, *callee)
        except OSError:
            reset_on_close(caller)
            caller.close()
            self._gone(self)
            return
        await self._loop.connect_accepted_socket(lambda: self._caller, caller)
        if not self._callee.is_open:
            self._break()

    def release(self, pace: Pace) -> None:
        """Let everything through that waits, and go on at another pace."""
        self._requests.release(pace)
        self._answers.release(pace)

    def _request_arrived(self, data: bytes) -> None:
        self._requests.put(data)

    def _answer_arrived(self, data: bytes) -> None:
        if self._conditions.cuts_answers and data:
            self._conditions.tally.cut += 1
            self._caller.send(data[: len(data) // 2])
            self._break()
        else:
            self._answers.put(data)

    def _to_callee(self, data: bytes) -> None:
        self._pass(data, self._callee)

    def _to_caller(self, data: bytes) -> None:
        self._pass(data, self._caller)

    def _pass(self, data: bytes, to: _Half) -> None:
        to.send(data)
        self._ends_passed += not data
        if self._ends_passed == _BOTH:
            self._caller.close()
            self._callee.close()

    def _break(self) -> None:
        """One half is gone, so the other is reset; what still waits is of use to nobody."""
        self._requests.stop()
        self._answers.stop()
        self._caller.reset()
        self._callee.reset()
        self._gone(self)
