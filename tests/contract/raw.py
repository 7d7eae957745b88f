"""Requests byte by byte, as no library would send them."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import orjson

WITHIN_S = 20.0


@dataclass(frozen=True)
class Answer:
    version: int
    """10 or 11."""
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def problem(self) -> str:
        """Name of the problem document that this is."""
        assert self.headers["content-type"] == "application/problem+json"
        document = self.json()
        assert document["status"] == self.status
        return str(document["type"].removeprefix("/problems/"))


def connect(url: str, within_s: float = WITHIN_S) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 80), within_s)


def head(method: str, target: str, *headers: str, version: str = "1.1") -> bytes:
    """The beginning of a request, up to its body."""
    lines = [f"{method} {target} HTTP/{version}", "Host: store", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def exchange(url: str, message: bytes, within_s: float = WITHIN_S) -> Answer:
    """What a store answers to these bytes on a connection of their own."""
    with connect(url, within_s) as channel:
        # An answer may come, and the connection be closed, before all is sent.
        with suppress(ConnectionError):
            channel.sendall(message)
        return receive(channel)


def receive(channel: socket.socket) -> Answer:
    response = HTTPResponse(channel)
    response.begin()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.version, response.status, headers, response.read())


def get(url: str, target: str, *headers: str, version: str = "1.1") -> Answer:
    return exchange(url, head("GET", target, *headers, version=version))


@contextmanager
def stalled(url: str, count: int, message: bytes) -> Iterator[list[socket.socket]]:
    """So many connections that send these bytes and nothing more."""
    with ExitStack() as stack:
        channels = [stack.enter_context(connect(url)) for _ in range(count)]
        for channel in channels:
            channel.sendall(message)
        yield channels
