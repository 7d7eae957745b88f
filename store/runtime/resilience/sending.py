"""Sending one request, once: what came back, or in which way nothing did."""

from collections.abc import Mapping
from dataclasses import dataclass

from store.runtime.clients.exchange import (
    BrokenExchangeError,
    Instance,
    NobodyListensError,
    Reply,
)
from store.runtime.resilience.failures import CallFailed, NotAsked

KEY_HEADER = "Idempotency-Key"
_IDEMPOTENT = frozenset({"GET", "PUT", "DELETE"})
_SERVER_ERROR = 500


class RefusedError(NotAsked):
    """Nobody listens there."""


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    body: bytes | None
    headers: Mapping[str, str]

    @property
    def is_repeatable(self) -> bool:
        """Whether two are as good as one: by the method (RFC 9110, 9.2.2), or by a key."""
        return self.method in _IDEMPOTENT or KEY_HEADER in self.headers

    def send(
        self,
        instance: Instance,
        role: str,
        within_s: float,
        more_headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer, if it is no 5xx; raises CallFailed, RefusedError where nothing was sent."""
        headers = {**self.headers, **more_headers} if more_headers else self.headers
        try:
            response = instance.exchange(self.method, self.target, self.body, headers, within_s)
        except NobodyListensError as error:
            raise RefusedError(role, "refused") from error
        except BrokenExchangeError as error:
            raise CallFailed(role, str(error)) from error
        if response.status >= _SERVER_ERROR:
            raise CallFailed(role, f"status {response.status}")
        return response
