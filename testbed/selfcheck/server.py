"""A server whose every service time is known.

``python -m testbed.selfcheck.server FD SERVERS RECORD`` serves the listening socket FD until
SIGTERM. Each station is a queue in order of arrival with SERVERS servers. A request leaves at
exactly max(its arrival, earliest free server) + its service time; the answer is due at that
absolute time, so that no delay of a timer adds up along a busy period.

RECORD tells at the end how late answers were and how long the server waited for its core: one
that the machine kept waiting is not the known one.
"""

import asyncio
import heapq
import os
import signal
import socket
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import orjson

from testbed.core_wait import CoreWait
from testbed.selfcheck import product

SPIN_S = 0.0012
"""The event loop wakes up to a millisecond late; so it wakes early and looks again and again,
at its sockets too. The server has a core of its own for that."""

_END = b"\r\n\r\n"


class Stations:
    """When each request of each station is done, and how late it left."""

    def __init__(self, servers: int) -> None:
        self.late_s: list[float] = []
        self._free_at: defaultdict[int, list[float]] = defaultdict(lambda: [0.0] * servers)

    def departure(self, station: int, arrival: float, service_s: float) -> float:
        """Take one request in; times are those of one clock."""
        free_at = self._free_at[station]
        departure = max(arrival, free_at[0]) + service_s
        heapq.heapreplace(free_at, departure)
        return departure


class Connection(asyncio.Protocol):
    """Answers GET requests for recommendations, one at a time, as every HTTP/1.1 client asks."""

    def __init__(self, stations: Stations) -> None:
        self._stations = stations
        self._loop = asyncio.get_running_loop()
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP server's always is
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        arrival = self._loop.time()
        self._received += data
        while _END in self._received:
            head, self._received = self._received.split(_END, 1)
            number = int(head.split(b" ", 2)[1].rpartition(b"product_id=")[2])
            station, service_s = product.read(number)
            due = self._stations.departure(station, arrival, service_s)
            self._loop.call_at(due - SPIN_S, self._answer, due, _answer_for(number))

    def _answer(self, due: float, message: bytes) -> None:
        if self._loop.time() < due:
            self._loop.call_soon(self._answer, due, message)
        else:
            self._transport.write(message)
            self._stations.late_s.append(self._loop.time() - due)


def _answer_for(number: int) -> bytes:
    body = b'{"product_id":%d,"recommendations":[]}' % number
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


async def serve(listener: socket.socket, stations: Stations) -> None:
    """Serve until SIGTERM."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    server = await loop.create_server(lambda: Connection(stations), sock=listener, backlog=4096)
    await over.wait()
    server.close()


def main(listener: int, servers: int, record: Path) -> None:
    stations = Stations(servers)
    core_wait = CoreWait(os.getpid())
    asyncio.run(serve(socket.socket(fileno=listener), stations))
    document = {
        "answers": len(stations.late_s),
        "late_p99_ms": 1000 * float(np.quantile(stations.late_s or [0.0], 0.99)),
        "waited_for_core_s": core_wait.so_far_s(),
    }
    record.write_bytes(orjson.dumps(document))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
