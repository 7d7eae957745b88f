"""The edge of the saga: what each step does."""

from contextlib import suppress
from dataclasses import dataclass

from psycopg import OperationalError

from microservices.calls.client import Calls
from microservices.orders.claims import Claims
from microservices.orders.records import Document, Records
from microservices.orders.relay import event_of, publish
from microservices.orders.saga import Done, Failed, Outcome, Purchase, Refused, Saga, Step
from store.rules.checkout import find_coupon, total
from store.runtime.guards import Guard, publishing
from store.runtime.problems import Problem
from store.runtime.resilience import deadline
from store.runtime.resilience.failures import CallFailed
from store.runtime.telemetry import Telemetry

_UNDOING = frozenset({Step.RELEASE, Step.REFUND})
_WHILE_AWAITED = frozenset({Step.READ_CART, Step.RESERVE, Step.CHARGE})
"""Not begun once nobody waits for the order. What comes after a charge is cheaper to finish than
to undo, and what undoes has to be done."""


@dataclass(frozen=True)
class Steps:
    """Every step may be repeated; the peers know the attempt that asks."""

    calls: Calls
    claims: Claims
    records: Records
    telemetry: Telemetry
    without: frozenset[Guard] = frozenset()

    def perform(self, saga: Saga) -> Outcome:
        """Do what ``saga.step`` says.

        A database that is gone raises OperationalError before the order is confirmed; afterwards
        it may not change the answer, and the recovery closes the saga.
        """
        if saga.step in _UNDOING and "compensation" in self.without:
            return Done()
        try:
            if saga.step in _WHILE_AWAITED:
                return self._perform(saga)
            with deadline.lifted():
                return self._perform(saga)
        except CallFailed as failure:
            return Failed(failure.role, failure.may_have_acted)
        except Problem as problem:
            return Refused(problem)
        except OperationalError:
            if not saga.is_confirmed:
                raise
            return Failed("orders")

    def _perform(self, saga: Saga) -> Outcome:
        match saga.step:
            case Step.READ_CART:
                return Done(self._read_cart(saga))
            case Step.RESERVE:
                lines = [_wish(line) for line in _purchase(saga).lines]
                self.calls.put("inventory", _reservation(saga), {"lines": lines})
            case Step.CHARGE:
                amount_cents = _purchase(saga).total.total_cents
                body = {"amount_cents": amount_cents, "card": saga.card}
                self.calls.put("payments", _payment(saga), body)
            case Step.SELL:
                self.calls.put("inventory", f"{_reservation(saga)}/sale", {})
            case Step.CONFIRM:
                return self._confirm(saga)
            case Step.RELEASE:
                self.calls.delete("inventory", _reservation(saga))
            case Step.REFUND:
                self.calls.delete("payments", _payment(saga))
            case Step.EMPTY_CART:
                self.calls.delete("carts", f"{_cart(saga)}?version={saga.cart_version}")
            case Step.CLOSE:
                return self._close(saga)
        return Done()

    def _read_cart(self, saga: Saga) -> Purchase:
        bought = self.records.bought_up_to(saga.customer_id)
        cart = self.calls.get("carts", f"{_cart(saga)}?after={bought}")
        coupon = find_coupon(saga.coupon) if saga.coupon else None
        with self.telemetry.rules():
            to_pay = total(cart["subtotal_cents"], coupon)
        return Purchase(tuple(cart["lines"]), to_pay, cart["version"])

    def _confirm(self, saga: Saga) -> Outcome:
        purchase, publishes = _purchase(saga), publishing(self.without)
        event = event_of(saga.order_id, saga.customer_id, purchase.total.total_cents)
        if publishes == "before":
            publish(self.calls, [event])
        order = self.records.confirm(saga, purchase, event, leaves_event=publishes == "with")
        if order is None:
            return Failed("orders", may_have_acted=False)
        if publishes == "after":
            with suppress(CallFailed):  # nobody will know that it was to be sent
                publish(self.calls, [event])
        return Done(order)

    def _close(self, saga: Saga) -> Outcome:
        closed = self.claims.close(saga)
        return Done() if closed else Failed("orders", may_have_acted=False)


def _purchase(saga: Saga) -> Purchase:
    if saga.purchase is None:
        raise ValueError(f"{saga.step} comes after {Step.READ_CART}")
    return saga.purchase


def _wish(line: Document) -> Document:
    return {"product_id": line["product_id"], "quantity": line["quantity"]}


def _reservation(saga: Saga) -> str:
    return f"/internal/reservations/{saga.order_id}/{saga.attempt}"


def _payment(saga: Saga) -> str:
    return f"/internal/payments/{saga.order_id}/{saga.attempt}"


def _cart(saga: Saga) -> str:
    return f"/internal/carts/{saga.customer_id}"
