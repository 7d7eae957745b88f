"""How a store talks to the provider: the same client, timeout and pool for both stores."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Retry, Timeout
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.util import parse_url

TIMEOUT_S = 1.0
"""Four times the longest latency that the provider promises."""


class ProviderUnreachableError(Exception):
    """The provider gave no usable answer."""

    def __init__(self, reason: str, *, may_have_acted: bool) -> None:
        super().__init__(reason)
        self.may_have_acted = may_have_acted
        """False when it certainly never saw the request."""


@dataclass(frozen=True)
class Captured:
    charge_id: str


@dataclass(frozen=True)
class Declined:
    pass


class ProviderClient:
    """Pooled connections to the provider, for all threads of a process.

    A repeat with the same key is the same charge or refund, so whoever does not know how a call
    ended may make it again. Every method raises ProviderUnreachableError.
    """

    def __init__(self, base_url: str, connections: int) -> None:
        url = parse_url(base_url)
        if url.scheme != "http" or url.host is None:
            raise ValueError(f"the payment provider's address {base_url} is not http://HOST:PORT")
        self._pool = HTTPConnectionPool(url.host, url.port, maxsize=connections)

    def charge(self, key: str, amount_cents: int, card: str) -> Captured | Declined:
        response = self._post("/charges", key, {"amount_cents": amount_cents, "card": card})
        if response.status == HTTPStatus.PAYMENT_REQUIRED:
            return Declined()
        return Captured(_created(response)["charge_id"])

    def refund(self, key: str, charge_id: str) -> None:
        """Give back the whole charge."""
        _created(self._post("/refunds", key, {"charge_id": charge_id}))

    def _post(self, path: str, key: str, body: dict[str, Any]) -> BaseHTTPResponse:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            return self._pool.urlopen(
                "POST",
                path,
                body=orjson.dumps(body),
                headers=headers,
                retries=Retry(total=False),
                timeout=Timeout(total=TIMEOUT_S),
            )
        except NewConnectionError as error:
            raise ProviderUnreachableError("refused", may_have_acted=False) from error
        except HTTPError as error:
            raise ProviderUnreachableError(type(error).__name__, may_have_acted=True) from error


def _created(response: BaseHTTPResponse) -> dict[str, Any]:
    if response.status != HTTPStatus.CREATED:
        raise ProviderUnreachableError(f"status {response.status}", may_have_acted=True)
    return dict(orjson.loads(response.data))
