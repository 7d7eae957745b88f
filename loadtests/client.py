"""The generator's HTTP client: kept connections under gevent, one deadline, never a retry.

Sockets and llhttp's parser (from geventhttpclient) are used directly. Measured against a null
server, per CPU-second: 6,000 requests with Locust's FastHttpSession, 10,000 with geventhttpclient's
HTTPClient, which also repeats requests by itself, 20,000 this way.
"""

import select
import socket as plain_socket
from typing import NamedTuple
from urllib.parse import SplitResult

import gevent
from gevent import monkey, socket
from geventhttpclient.response import HTTPParseError, HTTPResponse

from experiment.rows import Outcome
from loadtests.operations import Request

READ_BYTES = 65_536
READABLE = 1

_poll = monkey.get_original("select", "poll")
"""The system call itself: gevent's own would switch to another greenlet."""


class Answer(NamedTuple):
    status: int
    instance: str
    """From the header ``X-Instance``; empty when there is none."""
    body: bytes


class NoAnswerError(Exception):
    """The request was not answered; ``outcome`` says in which way."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class _DeadlineError(BaseException):
    """Thrown into the greenlet whose request took too long; no handler of errors may catch it."""


class _Response(HTTPResponse):
    """Collects one answer from the pieces that arrive."""

    def is_whole(self) -> bool:
        # An interim 1xx answer is followed by the one that counts.
        return self.message_complete and self.get_code() >= 200  # noqa: PLR2004 - see above

    def answer(self) -> Answer:
        instance = self.get("x-instance", "")
        return Answer(self.get_code(), str(instance), bytes(self._body_buffer))


class _Connection:
    """One kept connection; it carries one request at a time."""

    def __init__(self, family: int, address: tuple[object, ...]) -> None:
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.connect(address)
        except BaseException:
            self._socket.close()
            raise
        self._watch = _poll()
        self._watch.register(self._socket.fileno(), select.POLLIN)
        self._hub = gevent.get_hub()
        self._readable = self._hub.loop.io(self._socket.fileno(), READABLE)

    def is_stale(self) -> bool:
        """Whether the server closed it while it was idle, or sent what nobody asked for."""
        return bool(self._watch.poll(0))

    def exchange(self, message: bytes) -> _Response:
        sent = self._socket.send(message)
        if sent < len(message):
            self._socket.sendall(message[sent:])
        response = _Response()
        while not response.is_whole():
            # No answer is there yet: asking for it first, as recv does, would be for nothing.
            self._hub.wait(self._readable)
            piece = self._socket.recv(READ_BYTES)
            try:
                response.feed(piece)
            except HTTPParseError as error:
                raise NoAnswerError("http_error" if piece else "reset") from error
            if not piece and not response.is_whole():
                raise NoAnswerError("reset")
        return response

    def close(self) -> None:
        self._readable.close()
        self._socket.close()


class Client:
    """Sends requests to one server; idle connections are kept and the latest is used first.

    A server may close an idle connection at any time. That is no failure of a request, so each
    connection is looked at before it is used again, and replaced when it was closed. What
    remains is a server that closes in the microseconds between the look and the request's
    arrival: that is recorded as a reset, since a request may never be sent twice.
    """

    def __init__(self, target: SplitResult) -> None:
        """``target`` is an http URL. Raises OSError when its host has no address."""
        port = target.port or 80
        found = plain_socket.getaddrinfo(target.hostname, port, type=plain_socket.SOCK_STREAM)
        # Servers that listen on "localhost" often mean its IPv4 address alone.
        first = min(found, key=lambda entry: entry[0] != plain_socket.AF_INET)
        self._family: int = first[0]
        self._address: tuple[object, ...] = first[4]
        self._host = target.netloc
        self._idle: list[_Connection] = []
        self._loop = gevent.get_hub().loop

    def send(self, request: Request, timeout_s: float) -> Answer:
        """The answer, with connecting and reading all done within ``timeout_s``.

        Raises NoAnswerError: refused, reset, timeout, or http_error when the answer is not HTTP.
        Any other error is the generator's own (no more ports or files) and must end the run.
        """
        message = self._message(request)
        timer = self._loop.timer(timeout_s)
        timer.start(gevent.getcurrent().throw, _DeadlineError)
        try:
            return self._exchange(message)
        except _DeadlineError:
            raise NoAnswerError("timeout") from None
        finally:
            timer.stop()
            timer.close()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _message(self, request: Request) -> bytes:
        lines = [
            f"{request.method} {request.target} HTTP/1.1",
            f"Host: {self._host}",
            "Accept: application/json",
            *(f"{name}: {value}" for name, value in request.headers.items()),
        ]
        if request.body:
            lines.append(f"Content-Length: {len(request.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + request.body

    def _exchange(self, message: bytes) -> Answer:
        connection = self._take()
        try:
            response = connection.exchange(message)
        except ConnectionError as error:
            connection.close()
            raise NoAnswerError("reset") from error
        except BaseException:
            connection.close()
            raise
        if response.should_close():
            connection.close()
        else:
            self._idle.append(connection)
        return response.answer()

    def _take(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_stale():
                return connection
            connection.close()
        try:
            return _Connection(self._family, self._address)
        except ConnectionError as error:
            raise NoAnswerError("refused") from error
