"""Pooled connections whose users learn soon that the server is gone, and that it is back."""

import time
from collections import deque

from psycopg import Connection, OperationalError
from psycopg.rows import DictRow
from psycopg_pool import ConnectionPool

SERVER_WITHIN_S = 30.0
"""A process that starts waits so long for its server."""
RETRY_S = 0.2
"""A server that is gone is tried again so soon, and not by every request: each try costs it a
process, and it needs its strength to recover."""


class Pool(ConnectionPool[Connection[DictRow]]):
    """The library's, but for what happens when no connection can be made.

    The library would try again after 1, 2, 4, ... seconds while requests wait: after an outage of
    a minute they might wait another one. Here (with ``reconnect_timeout=0``) an attempt that fails
    is given up, and the first request after ``RETRY_S`` makes the next one. Whoever has to do
    without gets an OperationalError.
    """

    _gone_until = float("-inf")

    def getconn(self, timeout: float | None = None) -> Connection[DictRow]:
        if time.monotonic() < self._gone_until:
            raise _gone()
        return super().getconn(timeout)

    def putconn(self, conn: Connection[DictRow]) -> None:
        """Where one connection broke, those that wait for their next use did as well."""
        if conn.broken:
            self.drain()
        super().putconn(conn)

    def reconnect_failed(self) -> None:
        """When nobody has a connection that could come back, waiting for one is in vain."""
        with self._lock:
            if self._nconns:
                return
            self._gone_until = time.monotonic() + RETRY_S
            waiting, self._waiting = self._waiting, deque()
        for client in waiting:
            client.fail(_gone())

    def await_server(self, within_s: float = SERVER_WITHIN_S) -> None:
        """Return when there is a connection; closes the pool and raises when there is none."""
        until = time.monotonic() + within_s
        while True:
            try:
                with self.connection():
                    return
            except OperationalError:
                if time.monotonic() > until:
                    self.close()
                    raise
                time.sleep(RETRY_S)


def _gone() -> OperationalError:
    return OperationalError("the database server takes no connections")
