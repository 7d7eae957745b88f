"""Payments: charges at the outside provider, and the record of them."""

from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from monolith.module import Module, Process, entry
from store.payment_provider.client import Declined, ProviderClient, ProviderUnreachableError
from store.runtime.problems import Problem, dependency_unavailable

_RECORD = "INSERT INTO payments (order_id, charge_id, captured_cents) VALUES (%s, %s, %s)"


class Payments(Module):
    role = "payments"

    def __init__(self, process: Process, provider: ProviderClient) -> None:
        super().__init__(process)
        self._provider = provider

    @entry
    def charge(
        self, connection: Connection[DictRow], order_id: UUID, amount_cents: int, card: str
    ) -> None:
        """Charge the card and record it within the caller's transaction.

        Raises the Problems ``payment-declined`` and, when the provider gives no answer,
        ``dependency-unavailable``. The order id is the provider's idempotency key: when the
        transaction fails after the charge, a repeated checkout finds the charge again.
        """
        try:
            outcome = self._provider.charge(str(order_id), amount_cents, card)
        except ProviderUnreachableError as error:
            raise dependency_unavailable("payments") from error
        if isinstance(outcome, Declined):
            raise Problem(402, "payment-declined", "The payment was declined.")
        connection.execute(_RECORD, (order_id, outcome.charge_id, amount_cents))
