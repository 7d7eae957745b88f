"""The client by ``http.client``: connections that are kept, and looked at before they are used."""

import select
import time
import weakref
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse

from store.runtime.clients.exchange import (
    ANSWER_TOOK_TOO_LONG,
    BROKE_OFF,
    CONNECTING_TOOK_TOO_LONG,
    MAX_IDLE_CONNECTIONS,
    BrokenExchangeError,
    NobodyListensError,
)


@dataclass(frozen=True, slots=True)
class LeanReply:
    """Implements ``Reply``."""

    status: int
    data: bytes
    headers: HTTPMessage


class LeanInstance:
    """Implements ``Instance``: last in, first out, as urllib3's pool is."""

    def __init__(self, host: str, port: int | None) -> None:
        self.host = host
        self.port = port
        self._idle: deque[_Connection] = deque()
        # As urllib3's: they are closed when the instance is gone and the last call has ended.
        weakref.finalize(self, _close_all, self._idle)

    def exchange(
        self,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
        within_s: float,
    ) -> LeanReply:
        connection = self._take(within_s)
        try:
            reply = connection.exchange(method, target, body, headers)
        except BaseException:
            connection.close()  # what comes next on it would be the answer to this
            raise
        self._keep(connection)
        return reply

    def _take(self, within_s: float) -> "_Connection":
        """One that was kept and still stands, or a new one."""
        while self._idle:
            try:
                kept = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if kept.stands():
                kept.allow(within_s)
                return kept
            kept.close()
        return _Connection.to(self.host, self.port, within_s)

    def _keep(self, connection: "_Connection") -> None:
        """Unless the peer ends it, or as many are kept already."""
        if connection.sock is None or len(self._idle) >= MAX_IDLE_CONNECTIONS:
            connection.close()
        else:
            self._idle.append(connection)


class _Connection(HTTPConnection):
    """Knows whether it still stands, and how long it may wait."""

    @classmethod
    def to(cls, host: str, port: int | None, within_s: float) -> "_Connection":
        """A new one; what connecting took is taken off the time that is left."""
        connection = cls(host, port, timeout=within_s)
        until = time.monotonic() + within_s
        try:
            connection.connect()
        except TimeoutError as error:
            raise BrokenExchangeError(CONNECTING_TOOK_TOO_LONG) from error
        except OSError as error:
            raise NobodyListensError from error
        connection.allow(until - time.monotonic())
        return connection

    def connect(self) -> None:
        super().connect()
        self._silence = select.poll()
        self._silence.register(self.sock, select.POLLIN)

    def stands(self) -> bool:
        """Whether nothing has come since the last answer: neither the end nor what was not asked.

        A restarted instance would otherwise cost a request that may not be sent again.
        """
        return not self._silence.poll(0)

    def allow(self, seconds: float) -> None:
        """So long may each wait for bytes take from now on; BrokenExchangeError for none."""
        if seconds <= 0:
            self.close()
            raise BrokenExchangeError(ANSWER_TOOK_TOO_LONG)
        self.sock.settimeout(seconds)

    def exchange(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> LeanReply:
        try:
            response = self._asked(method, target, body, headers)
            content = response.read()
        except TimeoutError as error:
            raise BrokenExchangeError(ANSWER_TOOK_TOO_LONG) from error
        except (OSError, HTTPException) as error:
            raise BrokenExchangeError(BROKE_OFF) from error
        return LeanReply(response.status, content, response.msg)

    def _asked(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> HTTPResponse:
        # The peer may have answered before it stopped listening, as one that refuses a body for its
        # size does. urllib3 looks as well.
        with suppress(BrokenPipeError):
            self.request(method, target, body, headers)
        return self.getresponse()


def _close_all(connections: deque[_Connection]) -> None:
    while connections:
        connections.pop().close()
