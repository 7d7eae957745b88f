"""Who calls: each makes one GET and returns the decoded JSON; one per process, for all threads."""

import threading
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any, Protocol
from urllib.parse import urlsplit

import orjson
from urllib3 import HTTPConnectionPool

from microservices.calls.client import Calls


class Client(Protocol):
    def get(self, callee: str, path: str) -> Any:
        """Ask ``callee``, one of those that the caller knows by name."""


class LeanClient:
    """``http.client`` on one kept connection per thread and callee.

    The leanest that is well kept: it comes with Python, and neither pools nor guards anything.
    """

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._netlocs = {callee: urlsplit(url).netloc for callee, url in urls.items()}
        self._kept = threading.local()

    def get(self, callee: str, path: str) -> Any:
        return orjson.loads(self.get_bytes(callee, path))

    def get_bytes(self, callee: str, path: str) -> bytes:
        """The body as it came."""
        connection = self._connection(callee)
        connection.request("GET", path)
        return connection.getresponse().read()

    def _connection(self, callee: str) -> HTTPConnection:
        kept: dict[str, HTTPConnection] = self._kept.__dict__
        if callee not in kept:
            kept[callee] = HTTPConnection(self._netlocs[callee])
        return kept[callee]


class UndecodedClient:
    """``LeanClient`` that leaves what came as it is."""

    def __init__(self, client: LeanClient) -> None:
        self._client = client

    def get(self, callee: str, path: str) -> Any:
        return self._client.get_bytes(callee, path)


class PooledClient:
    """A pool of ``urllib3`` per callee, without anything around it."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        parts = {callee: urlsplit(url) for callee, url in urls.items()}
        self._pools = {
            callee: HTTPConnectionPool(str(url.hostname), url.port) for callee, url in parts.items()
        }

    def get(self, callee: str, path: str) -> Any:
        return orjson.loads(self._pools[callee].urlopen("GET", path, retries=False).data)


class StoreClient:
    """The client with which the services of the store call each other."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def get(self, callee: str, path: str) -> Any:
        return self._calls.get(callee, path)
