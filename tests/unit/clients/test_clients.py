"""The contract of the HTTP clients, which each of them has to keep alike."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, get_args

import pytest

from store.runtime.clients import opener
from store.runtime.clients.exchange import BrokenExchangeError, Instance, NobodyListensError, Reply
from store.runtime.settings import ClientName

Turn = Callable[[socket.socket], None]
"""What a peer does with one connection."""
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LARGE = 3_000_000
"""Bytes: more than all buffers between two sockets hold."""


class Peer:
    """Listens on a free port; the connections that come have the turns in their order."""

    def __init__(self, *turns: Turn) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self._thread = threading.Thread(target=self._serve, args=(turns,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def _serve(self, turns: tuple[Turn, ...]) -> None:
        for turn in turns:
            connection, _ = self._listener.accept()
            with connection, suppress(ConnectionError):  # a client may hang up as it likes
                connection.settimeout(10)
                turn(connection)

    def end(self) -> None:
        self._thread.join(10)
        self._listener.close()
        assert not self._thread.is_alive()


def heard(connection: socket.socket) -> bytes:
    """A request without a body, or as much of one as comes with its head."""
    found = b""
    while b"\r\n\r\n" not in found:
        more = connection.recv(65536)
        if not more:
            break
        found += more
    return found


def answering(*answers: bytes) -> Turn:
    """A turn that gives one answer per request, and then closes."""

    def turn(connection: socket.socket) -> None:
        for answer in answers:
            if heard(connection):
                connection.sendall(answer)

    return turn


@pytest.fixture
def serve() -> Iterator[Callable[..., Peer]]:
    peers: list[Peer] = []

    def start(*turns: Turn) -> Peer:
        peers.append(Peer(*turns))
        return peers[-1]

    yield start
    for peer in peers:
        peer.end()


@pytest.fixture(params=get_args(ClientName))
def connect(request: pytest.FixtureRequest) -> Callable[[int], Instance]:
    return lambda port: opener(request.param)("127.0.0.1", port)


def ask(instance: Instance, within_s: float = 5.0, body: bytes | None = None) -> Reply:
    method = "GET" if body is None else "POST"
    return instance.exchange(method, "/x", body, {"traceparent": "00-1"}, within_s)


def test_an_answer_has_its_status_its_body_and_its_headers_in_any_case(
    serve: Any, connect: Any
) -> None:
    peer = serve(
        answering(b"HTTP/1.1 429 Slow down\r\nretry-after: 7\r\nContent-Length: 1\r\n\r\nx")
    )
    reply = ask(connect(peer.port))
    assert (reply.status, reply.data, reply.headers.get("Retry-After")) == (429, b"x", "7")
    assert reply.headers.get("Other") is None


def test_one_connection_serves_calls_that_follow_each_other(serve: Any, connect: Any) -> None:
    instance = connect(serve(answering(OK, OK, OK)).port)
    assert [ask(instance).data for _ in range(3)] == 3 * [b"ok"]


def test_a_connection_that_ended_while_it_was_idle_costs_no_call(serve: Any, connect: Any) -> None:
    """The peer was restarted, say. What it was sent must not be sent twice, so look before."""
    closed = threading.Event()

    def once(connection: socket.socket) -> None:
        answering(OK)(connection)
        connection.close()
        closed.set()

    instance = connect(serve(once, answering(OK)).port)
    ask(instance)
    assert closed.wait(10)
    assert ask(instance, body=b"{}").data == b"ok"


def test_bytes_that_nobody_asked_for_are_not_taken_for_the_next_answer(
    serve: Any, connect: Any
) -> None:
    read, told = threading.Event(), threading.Event()

    def chatter(connection: socket.socket) -> None:
        answering(OK)(connection)
        assert read.wait(10)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale")
        told.set()
        connection.recv(1)  # until the client hangs up

    instance = connect(serve(chatter, answering(OK)).port)
    ask(instance)
    read.set()
    assert told.wait(10)
    assert ask(instance).data == b"ok"


def test_a_peer_that_says_that_it_closes_is_connected_to_anew(serve: Any, connect: Any) -> None:
    last = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    instance = connect(serve(answering(last), answering(OK)).port)
    assert [ask(instance).data for _ in range(2)] == 2 * [b"ok"]


def test_where_nobody_listens_nothing_was_sent(connect: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(NobodyListensError):
        ask(connect(port))


def test_a_name_that_nobody_knows_is_nobody(connect: Any) -> None:
    instance = type(connect(1))("nobody.invalid", 1)
    with pytest.raises(NobodyListensError):
        ask(instance)


def _reset(connection: socket.socket) -> None:
    heard(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _hang_up(connection: socket.socket) -> None:
    heard(connection)


@pytest.mark.parametrize(
    "turn",
    [
        _reset,
        _hang_up,
        answering(b"this is no HTTP\r\n\r\n"),
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
        answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshor"),
    ],
    ids=["reset", "hang-up", "no-http", "short-body", "short-chunk"],
)
def test_an_exchange_that_breaks_off_may_have_acted_and_is_not_repeated(
    turn: Turn, serve: Any, connect: Any
) -> None:
    asked: list[bool] = []

    def once(connection: socket.socket) -> None:
        asked.append(True)
        turn(connection)

    instance = connect(serve(once, answering(OK)).port)
    with pytest.raises(BrokenExchangeError, match=r"^ProtocolError$"):
        ask(instance)
    assert asked == [True]
    assert ask(instance).data == b"ok"  # what broke was not kept


def _silent(connection: socket.socket) -> None:
    heard(connection)
    connection.recv(1)


def _begins(connection: socket.socket) -> None:
    heard(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort")
    connection.recv(1)


@pytest.mark.parametrize("turn", [_silent, _begins], ids=["no-answer", "half-an-answer"])
def test_an_answer_that_takes_too_long_is_given_up_with_its_connection(
    turn: Turn, serve: Any, connect: Any
) -> None:
    instance = connect(serve(turn, answering(OK)).port)
    with pytest.raises(BrokenExchangeError, match=r"^ReadTimeoutError$"):
        ask(instance, within_s=0.1)
    assert ask(instance).data == b"ok"


def test_the_time_of_a_call_holds_on_a_kept_connection_as_well(serve: Any, connect: Any) -> None:
    def slow_second(connection: socket.socket) -> None:
        answering(OK)(connection)
        _silent(connection)

    instance = connect(serve(slow_second).port)
    ask(instance, within_s=5.0)
    with pytest.raises(BrokenExchangeError, match=r"^ReadTimeoutError$"):
        ask(instance, within_s=0.1)


def test_a_connection_that_is_not_accepted_in_time_is_given_up(connect: Any) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with (
            socket.create_connection(full.getsockname()),  # takes the only place in line
            pytest.raises(BrokenExchangeError, match=r"^ConnectTimeoutError$"),
        ):
            ask(connect(full.getsockname()[1]), within_s=0.1)


def test_large_bodies_pass_in_both_directions(serve: Any, connect: Any) -> None:
    received: list[int] = []

    def echo(connection: socket.socket) -> None:
        head, _, body = heard(connection).partition(b"\r\n\r\n")
        assert f"Content-Length: {LARGE}".encode() in head
        size = len(body)
        while size < LARGE:
            size += len(connection.recv(65536))
        received.append(size)
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n".encode())
        connection.sendall(LARGE * b"x")

    reply = ask(connect(serve(echo).port), body=LARGE * b"y")
    assert (received, reply.data) == ([LARGE], LARGE * b"x")


def test_a_chunked_answer_is_whole_and_its_connection_is_kept(serve: Any, connect: Any) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    instance = connect(serve(answering(chunked, OK)).port)
    assert [ask(instance).data for _ in range(2)] == [b"abc", b"ok"]


def test_an_empty_answer_leaves_the_connection_for_the_next(serve: Any, connect: Any) -> None:
    instance = connect(serve(answering(b"HTTP/1.1 204 No Content\r\n\r\n", OK)).port)
    assert [ask(instance).data for _ in range(2)] == [b"", b"ok"]


def test_a_redirect_is_an_answer(serve: Any, connect: Any) -> None:
    away = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    assert ask(connect(serve(answering(away)).port)).status == 302


def test_calls_at_once_have_connections_of_their_own(serve: Any, connect: Any) -> None:
    """Peers serve one connection after the other, so the second answers when the first is over."""
    both = threading.Barrier(3)
    instance = connect(serve(answering(OK), answering(OK)).port)

    def call() -> None:
        both.wait(10)
        found.append(ask(instance).data)

    found: list[bytes] = []
    threads = [threading.Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    both.wait(10)
    for thread in threads:
        thread.join(10)
    assert found == 2 * [b"ok"]


def test_all_clients_send_the_same_but_for_the_name_of_the_library(serve: Any) -> None:
    sent = []
    for name in get_args(ClientName):
        told: list[bytes] = []

        def keep(connection: socket.socket, told: list[bytes] = told) -> None:
            told.append(heard(connection))
            connection.sendall(OK)

        peer = serve(keep)
        opener(name)("127.0.0.1", peer.port).exchange(
            "GET", "/x?a=1%2C2", None, {"traceparent": "00-1", "Content-Type": "a/b"}, 5.0
        )
        own = f"Host: 127.0.0.1:{peer.port}".encode()
        lines = told[0].replace(own, b"Host: peer").strip().split(b"\r\n")
        sent.append(sorted(line for line in lines if not line.startswith(b"User-Agent")))
    assert sent[0] == sent[1]
