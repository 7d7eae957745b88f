"""The payment provider's own books: what it charged and gave back, whatever the store says."""

from collections.abc import Iterable, Iterator, Mapping

import requests

from experiment.errors import RunError
from store.rules.books import PaymentEntry
from store.runtime.callers import bearing

TIMEOUT_S = 10.0


def read_ledger(provider_url: str, token: str) -> tuple[PaymentEntry, ...]:
    """Every charge of the provider, which demands ``token``; RunError when it does not tell."""
    try:
        with requests.Session() as http:
            http.trust_env = False
            answer = http.get(f"{provider_url}/charges", headers=bearing(token), timeout=TIMEOUT_S)
            answer.raise_for_status()
    except requests.RequestException as error:
        raise RunError(f"The payment provider does not tell its charges: {error}.") from error
    return tuple(entries(answer.json()["charges"]))


def entries(charges: Iterable[Mapping[str, str | int]]) -> Iterator[PaymentEntry]:
    """A store names a charge by its order, and by the attempt where it is not the first."""
    for charge in charges:
        order_id, _, _ = str(charge["idempotency_key"]).partition(":")
        yield PaymentEntry(order_id, int(charge["amount_cents"]), int(charge["refunded_cents"]))
