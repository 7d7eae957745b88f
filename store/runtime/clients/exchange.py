"""What every HTTP client offers: one request, one answer, or in which way there was none."""

from collections.abc import Mapping
from typing import Protocol

MAX_IDLE_CONNECTIONS = 64
"""Kept open per instance: as many as the bulkhead lets through by default."""


class NobodyListensError(Exception):
    """No connection could be made, so nothing was sent."""


class BrokenExchangeError(Exception):
    """It may have been sent, and there is no answer; ``str`` of it is one of the reasons below."""


CONNECTING_TOOK_TOO_LONG = "ConnectTimeoutError"
ANSWER_TOOK_TOO_LONG = "ReadTimeoutError"
BROKE_OFF = "ProtocolError"
"""Reasons, by the names of urllib3's errors: those that logs and tests have always had."""


class Headers(Protocol):
    def get(self, name: str, /) -> str | None:
        """Of any case; None when there is none such."""


class Reply(Protocol):
    """An answer that is there as a whole."""

    @property
    def status(self) -> int: ...

    @property
    def data(self) -> bytes: ...

    @property
    def headers(self) -> Headers: ...


class Instance(Protocol):
    """Kept connections to one address; safe to use from many threads."""

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int | None: ...

    def exchange(
        self,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
        within_s: float,
    ) -> Reply:
        """Ask once. Redirects are not followed, and nothing is sent again.

        ``within_s`` bounds the connecting, and what it left each wait for bytes. Raises
        NobodyListensError and BrokenExchangeError, nothing else of the network.
        """
