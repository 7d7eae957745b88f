"""The module itself: what checkout does, in order, and what the customer may read."""

from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from monolith.carts import Carts
from monolith.inventory import Inventory
from monolith.module import Module, Process, entry
from monolith.notifications import Notifications
from monolith.orders import claims, outbox, records
from monolith.orders.claims import Attempt
from monolith.payments.module import Payments
from store.rules.checkout import Coupon, find_coupon, total
from store.runtime.guards import publishing
from store.runtime.problems import Problem, not_found
from store.web.shop import Document


class Orders(Module):
    role = "orders"

    def __init__(
        self,
        process: Process,
        carts: Carts,
        inventory: Inventory,
        payments: Payments,
        notifications: Notifications,
    ) -> None:
        super().__init__(process)
        self._without = process.settings.without
        self._publishes = publishing(self._without)
        self._notifications = notifications
        self._carts = carts
        self._inventory = inventory
        self._payments = payments

    @entry
    def checkout(self, customer_id: int, key: str, card: str, coupon: str | None) -> Document:
        """The order, confirmed and paid; the Problems of the contract otherwise.

        One transaction: whatever ends it early, a crash included, leaves no trace in the database.
        """
        with self._rules():
            attempt = Attempt.of(customer_id, key, card, coupon)
        with self._transaction() as connection:
            outcome = self._outcome(connection, attempt)
        if isinstance(outcome, Problem):
            raise outcome
        if self._publishes == "after":
            with self._transaction() as connection:
                event = outbox.event_of(attempt, outcome["total_cents"])
                self._notifications.apply(connection, [event])
        return outcome

    @entry
    def order(self, customer_id: int, order_id: UUID) -> Document:
        """One of the customer's own orders; a 404 Problem otherwise."""
        with self._autocommit() as connection:
            order = records.find(connection, customer_id, order_id)
        if order is None:
            raise not_found("order")
        return order

    @entry
    def orders(self, customer_id: int, page: int, page_size: int) -> Document:
        with self._autocommit() as connection:
            return records.page_of(connection, customer_id, page, page_size)

    def _outcome(self, connection: Connection[DictRow], attempt: Attempt) -> Document | Problem:
        """The order or the final refusal, as remembered or as found and remembered now."""
        if "idempotency" in self._without:
            claims.take_cart(connection, attempt)
            return self._attempt(connection, attempt)
        remembered = claims.claim(connection, attempt)
        if remembered is not None:
            return remembered.refusal or self._confirmed(connection, attempt)
        outcome = self._attempt(connection, attempt)
        claims.remember(connection, attempt, outcome if isinstance(outcome, Problem) else None)
        return outcome

    def _attempt(self, connection: Connection[DictRow], attempt: Attempt) -> Document | Problem:
        coupon = _coupon(attempt.coupon)
        try:
            # A savepoint: a refusal is remembered although cart and stock are as before.
            with connection.transaction():
                return self._confirm(connection, attempt, coupon)
        except Problem as problem:
            if problem.name in claims.FINAL_REFUSALS:
                return problem
            raise

    def _confirm(
        self, connection: Connection[DictRow], attempt: Attempt, coupon: Coupon | None
    ) -> Document:
        basket = self._carts.take(connection, attempt.customer_id)
        if not basket.lines:
            raise Problem(409, "cart-empty", "The cart is empty.")
        with self._rules():
            to_pay = total(basket.subtotal_cents, coupon)
        self._inventory.take(connection, basket.lines)
        self._payments.charge(connection, attempt.order_id, to_pay.total_cents, attempt.card)
        self._leave_event(connection, outbox.event_of(attempt, to_pay.total_cents))
        return records.place(connection, attempt, basket.lines, to_pay)

    def _leave_event(self, connection: Connection[DictRow], event: DictRow) -> None:
        if self._publishes == "with":
            outbox.put(connection, event)
        elif self._publishes == "before":
            with self._process.journal.autocommit() as early:
                outbox.put(early, event)

    def _confirmed(self, connection: Connection[DictRow], attempt: Attempt) -> Document:
        order = records.find(connection, attempt.customer_id, attempt.order_id)
        if order is None:
            raise LookupError(f"order {attempt.order_id} was confirmed but is gone")
        return order


def _coupon(code: str | None) -> Coupon | None:
    coupon = None if code is None else find_coupon(code)
    if coupon is None and code is not None:
        raise Problem(422, "coupon-unknown", "There is no coupon of that name.")
    return coupon
