"""The payment provider as the bare checkout asks it: ``http.client`` on a kept connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from store.payment_provider.client import PAYMENT_PROVIDER
from store.runtime.callers import bearing

Charge = Callable[[str, int, str], str]
"""From key, cents and card to the id of the charge."""


@dataclass(frozen=True)
class Provider:
    peers_file: Path
    token: str

    def connected(self) -> Charge:
        """Charges through one connection, for one thread."""
        [url] = orjson.loads(self.peers_file.read_bytes())[PAYMENT_PROVIDER]
        headers = {"Content-Type": "application/json", **bearing(self.token)}
        return partial(_charge, HTTPConnection(urlsplit(url).netloc), headers)


def _charge(
    connection: HTTPConnection, known: Mapping[str, str], key: str, amount_cents: int, card: str
) -> str:
    body = orjson.dumps({"amount_cents": amount_cents, "card": card})
    headers = {**known, "Idempotency-Key": key}
    connection.request("POST", "/charges", body, headers)
    charge_id: str = orjson.loads(connection.getresponse().read())["charge_id"]
    return charge_id
