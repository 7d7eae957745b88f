"""A way past the proxy: a port of its own that leads to one instance of a callee."""

import socket
from asyncio import AbstractEventLoop, Task
from collections.abc import Coroutine

from testbed.network.connection import Connection
from testbed.network.dropping import drop_all, drop_none, dropped
from testbed.network.impairment import Impairment, Tally
from testbed.network.pace import Free, pace_of

_WAITING_TO_BE_ACCEPTED = 512


class Passage:
    """Impaired from the start until ``mend``; passes everything on from then on.

    It is at a port of ``host``, an address of this machine where the callers reach it.
    """

    def __init__(
        self, impairment: Impairment, callee: tuple[str, int], host: str, loop: AbstractEventLoop
    ) -> None:
        self.request_pace = pace_of(impairment, "request")
        self.answer_pace = pace_of(impairment, "answer")
        self.cuts_answers = impairment.kind == "reset"
        self.tally = Tally()
        self._kind = impairment.kind
        self._callee = callee
        self._loop = loop
        self._connections: set[Connection] = set()
        self._tasks: set[Task[None]] = set()
        self._wire = socket.socket()
        self._wire.settimeout(0)  # asyncio waits in its stead
        self._wire.bind((host, 0))
        if impairment.kind == "partition":
            drop_all(self._wire)
        if impairment.kind != "refuse":
            self._listen()

    @property
    def port(self) -> int:
        return int(self._wire.getsockname()[1])

    def count(self) -> Tally:
        self.tally.packets_dropped = dropped(self._wire)
        return self.tally

    def mend(self) -> None:
        """Let through what waits; a port that has not listened does so, for latecomers."""
        self.request_pace = self.answer_pace = Free()
        self.cuts_answers = False
        for connection in self._connections:
            connection.release(Free())
        if self._kind == "partition":
            drop_none(self._wire)
        if self._kind == "refuse":
            self._listen()

    def _listen(self) -> None:
        self._wire.listen(_WAITING_TO_BE_ACCEPTED)
        self._do(self._accept())

    async def _accept(self) -> None:
        while True:
            caller, _ = await self._loop.sock_accept(self._wire)
            self.tally.connections += 1
            connection = Connection(self, self._loop, self._connections.discard)
            self._connections.add(connection)
            self._do(connection.join(caller, self._callee))

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)  # the loop itself would let it be collected
        task.add_done_callback(self._tasks.discard)
