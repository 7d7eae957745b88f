"""Many requests over a few connections at once: a closed loop that keeps a store at its limit."""

import re
import selectors
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack

from experiment.errors import RunError
from testbed.undoing import Undoing

CONNECTIONS = 16
"""As many as a process has request threads."""
ANSWER_WITHIN_S = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"


def as_bytes(
    method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> bytes:
    """A request in HTTP/1.1."""
    fields = {"Host": "localhost", "Content-Length": str(len(body)), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class Lines(Undoing):
    """Kept connections to one address, from ``with`` to its end."""

    def __init__(self, address: tuple[str, int], connections: int) -> None:
        self._address = address
        self._connections = connections

    def _set_up(self, undo: ExitStack) -> None:
        self._selector = undo.enter_context(selectors.DefaultSelector())
        self._lines = [
            _Line(undo.enter_context(socket.create_connection(self._address, ANSWER_WITHIN_S)))
            for _ in range(self._connections)
        ]

    def ask(self, requests: Iterable[bytes]) -> None:
        """Send them all; each connection asks again as soon as it has the whole of its answer.

        RunError for an answer that is no 2xx, a connection that ends, and a silence that is long.
        """
        try:
            self._ask(iter(requests))
        except OSError as error:
            raise RunError(f"A connection of many at once broke: {error}.") from error

    def _ask(self, waiting: Iterator[bytes]) -> None:
        for idle in self._lines:
            self._go_on(idle, waiting)
        while self._selector.get_map():
            ready = self._selector.select(ANSWER_WITHIN_S)
            if not ready:
                raise RunError(f"No answer within {ANSWER_WITHIN_S:g} s.")
            for line in (key.data for key, _ in ready):
                if line.has_answer():
                    self._selector.unregister(line.socket)
                    self._go_on(line, waiting)

    def _go_on(self, line: "_Line", waiting: Iterator[bytes]) -> None:
        request = next(waiting, None)
        if request is not None:
            line.ask(request)
            self._selector.register(line.socket, selectors.EVENT_READ, line)


class _Line:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._seen = b""

    def ask(self, request: bytes) -> None:
        self._seen = b""
        self.socket.sendall(request)

    def has_answer(self) -> bool:
        """Read what has come; whether that is the whole answer."""
        received = self.socket.recv(1 << 16)
        self._seen += received
        head, end, body = self._seen.partition(_END)
        if not received or (end and not head.startswith(b"HTTP/1.1 2")):
            raise RunError(f"A request of many at once was answered {self._seen[:200]!r}.")
        length = _LENGTH.search(head + b"\r\n")
        return bool(end) and length is not None and len(body) >= int(length[1])
