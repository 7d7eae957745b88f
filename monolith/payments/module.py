"""The module itself: a charge that goes with the checkout's transaction, or back."""

import logging
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from monolith.module import Module, Process, entry
from monolith.payments import charges
from monolith.payments.charges import BATCH, Charge, Charges
from store.payment_provider.client import (
    Captured,
    Declined,
    ProviderClient,
    ProviderUnreachableError,
)
from store.runtime.problems import Problem, dependency_unavailable

logger = logging.getLogger(__name__)


class Payments(Module):
    role = "payments"

    def __init__(self, process: Process, provider: ProviderClient) -> None:
        super().__init__(process)
        self._provider = provider
        self._charges = Charges(process.journal)
        self._without = process.settings.without

    @entry
    def charge(
        self, connection: Connection[DictRow], order_id: UUID, amount_cents: int, card: str
    ) -> None:
        """Charge the card and book it within the caller's transaction.

        Raises the Problems ``payment-declined`` and, when the provider gives no answer,
        ``dependency-unavailable``. A charge whose transaction fails is given back later.
        """
        charge = self._begin(connection, order_id, amount_cents, card)
        try:
            for left in self._charges.earlier(charge):
                connection.execute("SELECT 1")  # the key is still ours: nobody else is at it
                self._give_back(left)
            outcome = self._ask(charge)
        except ProviderUnreachableError as error:
            raise dependency_unavailable("payments") from error
        if isinstance(outcome, Declined):
            self._charges.forget(charge)
            raise Problem(402, "payment-declined", "The payment was declined.")
        if not charges.book(connection, charge, outcome.charge_id):
            raise dependency_unavailable("payments")

    def give_back_left(self) -> bool:
        """Give back what checkouts left that never committed; whether there may be more.

        Any number of processes may do so at the same time.
        """
        left = self._charges.left()
        if not left:
            return False
        self.reach()
        try:
            return sum(self._give_back_unless_running(charge) for charge in left) == BATCH
        except ProviderUnreachableError as error:
            logger.warning("payment provider: %s", error)
            return False

    def _begin(
        self, connection: Connection[DictRow], order_id: UUID, amount_cents: int, card: str
    ) -> Charge:
        if "stored-saga" in self._without:  # forgotten with the transaction
            return charges.begin(connection, order_id, amount_cents, card)
        return self._charges.begin(order_id, amount_cents, card)

    def _ask(self, charge: Charge) -> Captured | Declined:
        try:
            return self._provider.charge(charge.key, charge.amount_cents, charge.card)
        except ProviderUnreachableError as error:
            if not error.may_have_acted:
                self._charges.forget(charge)
            raise

    def _give_back_unless_running(self, charge: Charge) -> bool:
        with self._transaction() as connection:
            if not self._charges.is_left(connection, charge):
                return False
            self._give_back(charge)
            return True

    def _give_back(self, charge: Charge) -> None:
        """Whether it went through is learned by making it again: its key lets it happen once."""
        outcome = self._provider.charge(charge.key, charge.amount_cents, charge.card)
        charge_id = outcome.charge_id if isinstance(outcome, Captured) else None
        if charge_id is not None and "compensation" not in self._without:
            self._provider.refund(f"{charge.key}:refund", charge_id)
        self._charges.end(charge, charge_id)
