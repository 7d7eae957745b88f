"""How a store talks to the provider: the same client, policies and pool for both stores."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from store.runtime.callers import bearing
from store.runtime.clients.exchange import Instance, Reply
from store.runtime.peers import Peers
from store.runtime.resilience.failures import CallFailed, NotAsked
from store.runtime.resilience.guard import Guard, Protection
from store.runtime.resilience.limits import Limits
from store.runtime.resilience.sending import Request

PAYMENT_PROVIDER = "payment-provider"
"""Its name among the peers of a process that takes payments."""
LIMITS = Limits(deadline_s=1.0, max_concurrent=12)
"""Four times the longest latency that the provider promises. A quarter of the usual 16 threads is
left for those who do not pay."""


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

    A repeat with the same key is the same charge or refund, so one who does not know how a call
    ended may make it again. Every method raises ProviderUnreachableError.
    """

    def __init__(self, peers: Peers, protection: Protection, token: str | None) -> None:
        self._peers = peers
        self._headers = {"Content-Type": "application/json", **bearing(token)}
        self._guard = Guard(PAYMENT_PROVIDER, LIMITS, protection, kind="outside")
        self._clock = protection.clock

    def charge(self, key: str, amount_cents: int, card: str) -> Captured | Declined:
        response = self._post("/charges", key, {"amount_cents": amount_cents, "card": card})
        if response.status == HTTPStatus.PAYMENT_REQUIRED:
            return Declined()
        return Captured(_created(response)["charge_id"])

    def refund(self, key: str, charge_id: str) -> None:
        """Give back the whole charge."""
        _created(self._post("/refunds", key, {"charge_id": charge_id}))

    def _post(self, path: str, key: str, body: dict[str, Any]) -> Reply:
        headers = {**self._headers, "Idempotency-Key": key}
        request = Request("POST", path, orjson.dumps(body), headers)

        def send(until: float) -> Reply:
            return request.send(self._provider(), PAYMENT_PROVIDER, until - self._clock())

        try:
            return self._guard.call(send, is_repeatable=request.is_repeatable)
        except CallFailed as failure:
            raise ProviderUnreachableError(
                failure.reason, may_have_acted=failure.may_have_acted
            ) from failure

    def _provider(self) -> Instance:
        known = self._peers.instances(PAYMENT_PROVIDER)
        if not known:
            raise NotAsked(PAYMENT_PROVIDER, "its address is not known")
        return known[0]


def _created(response: Reply) -> dict[str, Any]:
    if response.status != HTTPStatus.CREATED:
        raise ProviderUnreachableError(f"status {response.status}", may_have_acted=True)
    return dict(orjson.loads(response.data))
