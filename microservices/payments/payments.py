"""Payments: one per attempt of an order, captured at most once and given back when asked."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from store.payment_provider.client import (
    Captured,
    Declined,
    ProviderClient,
)
from store.runtime.database import Database
from store.runtime.problems import Problem
from store.runtime.resilience import deadline

_BEGIN = """
INSERT INTO payments (order_id, attempt, status, amount_cents, card)
VALUES (%s, %s, 'pending', %s, %s) ON CONFLICT DO NOTHING
"""
# A charge that arrives after its refund must find that it is too late.
_REFUND_UNSEEN = """
INSERT INTO payments (order_id, attempt, status, amount_cents, card)
VALUES (%s, %s, 'over', 0, '') ON CONFLICT DO NOTHING
"""
_FIND = """
SELECT order_id, attempt, status, amount_cents, card, charge_id
FROM payments WHERE order_id = %s AND attempt = %s
"""
_SETTLE = """
UPDATE payments SET status = %s, charge_id = %s
WHERE order_id = %s AND attempt = %s AND status = 'pending'
"""
_END = """
UPDATE payments SET status = 'over', charge_id = %s WHERE order_id = %s AND attempt = %s
"""


@dataclass(frozen=True)
class Payment:
    order_id: UUID
    attempt: int
    status: str
    """pending, captured, declined or over."""
    amount_cents: int
    card: str
    charge_id: str | None = None

    @property
    def key(self) -> str:
        """Names the charge to the provider. The first attempt is the order itself."""
        return str(self.order_id) if self.attempt == 1 else f"{self.order_id}:{self.attempt}"


@dataclass(frozen=True)
class Payments:
    """Each call may be repeated; the repeat answers what the first one did.

    Both raise ProviderUnreachableError when the provider has to be asked and does not answer.
    """

    database: Database
    provider: ProviderClient

    def charge(self, order_id: UUID, attempt: int, amount_cents: int, card: str) -> None:
        """Raises Problem: 402 ``payment-declined``; 409 ``payment-over``."""
        payment = Payment(order_id, attempt, "pending", amount_cents, card)
        if not self._execute(_BEGIN, order_id, attempt, amount_cents, card):
            payment = self._find(order_id, attempt)
        status = payment.status
        if status == "pending":
            status = self._ask(payment)
        if status == "declined":
            raise Problem(402, "payment-declined", "The payment was declined.")
        if status == "over":
            raise Problem(409, "payment-over", "The payment was given back.")

    def refund(self, order_id: UUID, attempt: int) -> None:
        """Give back what was captured, and refuse whatever this attempt may still ask.

        Whether an undecided charge went through is learned by making it again: its key makes
        sure that there is only one.
        """
        with deadline.lifted():
            if not self._execute(_REFUND_UNSEEN, order_id, attempt):
                self._refund(self._find(order_id, attempt))

    def _refund(self, payment: Payment) -> None:
        charge_id = payment.charge_id
        if payment.status == "pending":
            charge_id = _charge_id(self._charge(payment))
        if payment.status != "over":
            self._give_back(payment, charge_id)
            self._execute(_END, charge_id, payment.order_id, payment.attempt)

    def _ask(self, payment: Payment) -> str:
        """What becomes of a pending payment.

        It stays pending if the provider gives no answer, even if this call never reached it: a
        repeat may be asking at the same time. The refund settles it.
        """
        outcome = self._charge(payment)
        with deadline.lifted():  # it has happened, and has to be written down
            return self._settle(payment, outcome)

    def _settle(self, payment: Payment, outcome: Captured | Declined) -> str:
        status = "declined" if isinstance(outcome, Declined) else "captured"
        charge_id = _charge_id(outcome)
        if self._execute(_SETTLE, status, charge_id, payment.order_id, payment.attempt):
            return status
        settled = self._find(payment.order_id, payment.attempt)
        if settled.status == "over":  # while the provider was asked
            self._give_back(payment, charge_id)
        return settled.status

    def _charge(self, payment: Payment) -> Captured | Declined:
        return self.provider.charge(payment.key, payment.amount_cents, payment.card)

    def _give_back(self, payment: Payment, charge_id: str | None) -> None:
        if charge_id is not None:
            self.provider.refund(f"{payment.key}:refund", charge_id)

    def _find(self, order_id: UUID, attempt: int) -> Payment:
        with (
            self.database.autocommit() as connection,
            connection.cursor(row_factory=class_row(Payment)) as cursor,
        ):
            found = cursor.execute(_FIND, (order_id, attempt)).fetchone()
        if found is None:
            raise LookupError(f"payment {order_id}:{attempt} vanished")
        return found

    def _execute(self, statement: str, *values: object) -> bool:
        """Whether the statement, a transaction of its own, changed a row."""
        with self.database.autocommit() as connection:
            return bool(connection.execute(statement, values).rowcount)


def _charge_id(outcome: Captured | Declined) -> str | None:
    return outcome.charge_id if isinstance(outcome, Captured) else None
