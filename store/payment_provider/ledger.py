"""The provider's own books, in memory."""

import threading
from dataclasses import asdict, dataclass, replace

from store.payment_provider import fate


@dataclass(frozen=True)
class Charge:
    charge_id: str
    idempotency_key: str
    amount_cents: int
    refunded_cents: int = 0


class KeyReusedError(Exception):
    """An idempotency key came back with another amount."""


class Ledger:
    """Charges by id; safe for threads. Repeating a call changes nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._charges: dict[str, Charge] = {}

    def capture(self, key: str, amount_cents: int) -> Charge:
        """The charge of this key, made now if it is new; raises KeyReusedError."""
        with self._lock:
            fresh = Charge(fate.charge_id(key), key, amount_cents)
            charge = self._charges.setdefault(fresh.charge_id, fresh)
        if charge.amount_cents != amount_cents:
            raise KeyReusedError(key)
        return charge

    def refund(self, charge_id: str) -> Charge | None:
        """The charge, now refunded in full; None when there is no such charge."""
        with self._lock:
            charge = self._charges.get(charge_id)
            if charge is not None:
                charge = replace(charge, refunded_cents=charge.amount_cents)
                self._charges[charge_id] = charge
            return charge

    def listing(self) -> list[dict[str, str | int]]:
        with self._lock:
            return [asdict(charge) for charge in self._charges.values()]
