"""Many requests over a few connections: all are answered, and what goes wrong is said."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from experiment.errors import RunError
from testbed.bench.stores.at_once import Lines, as_bytes

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def server(answer: Callable[[bytes, socket.socket], None]) -> Iterator[tuple[str, int]]:
    """Hands each request, without its body, to ``answer``."""

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while request := connection.recv(4096):
                answer(request, connection)

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=[listener], daemon=True).start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)


def test_every_request_is_sent_once_whichever_connection_is_free() -> None:
    seen: list[bytes] = []

    def answer(request: bytes, connection: socket.socket) -> None:
        seen.append(request.split()[1])
        connection.sendall(OK[:20])
        connection.sendall(OK[20:])

    with server(answer) as address, Lines(address, 3) as lines:
        lines.ask([as_bytes("GET", f"/{number}") for number in range(20)])
    assert sorted(seen) == sorted(f"/{number}".encode() for number in range(20))


def test_an_answer_that_is_no_success_ends_the_measurement() -> None:
    def answer(_request: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")

    with (
        server(answer) as address,
        Lines(address, 2) as lines,
        pytest.raises(RunError, match="503"),
    ):
        lines.ask([as_bytes("GET", "/")] * 5)


def test_a_connection_that_ends_ends_the_measurement() -> None:
    def answer(_request: bytes, connection: socket.socket) -> None:
        connection.sendall(OK[:10])
        connection.shutdown(socket.SHUT_RDWR)

    with server(answer) as address, Lines(address, 1) as lines, pytest.raises(RunError):
        lines.ask([as_bytes("GET", "/")])
