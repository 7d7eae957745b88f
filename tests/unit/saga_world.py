"""The peers of the checkout saga in memory, with their real semantics, and a network that fails.

What may go wrong with a step is its fate, see FATES. Time passes when a test says so.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

from microservices.orders.claims import (
    Begun,
    Claim,
    Unfinished,
    _resumed,
    _status,
    cart_in_use,
    decide,
)
from microservices.orders.saga import Done, Failed, Outcome, Purchase, Refused, Saga, Step
from store.rules.books import (
    Books,
    NotificationEntry,
    OrderEntry,
    PaymentEntry,
    PiecesEntry,
    ReservationEntry,
    StockEntry,
)
from store.rules.checkout import Total
from store.runtime.problems import Problem

FATES = (
    "fine",
    "refused connection",
    "lost request",
    "lost answer",
    "late request",
    "crash before",
    "crash after",
    "after expiry",
)
PRODUCT, PRICE_CENTS = 7, 250
LOCAL_STEPS = {Step.CONFIRM, Step.CLOSE}


class Crash(BaseException):
    """The process that ran the saga is dead."""


class Inventory:
    def __init__(self, pieces: int) -> None:
        self.initial = self.on_hand = pieces
        self.reserved = self.sold = 0
        self.status: dict[tuple[UUID, int], str] = {}
        self.quantity: dict[tuple[UUID, int], int] = {}

    def reserve(self, key: tuple[UUID, int], quantity: int) -> None:
        if key not in self.status:
            self._take(quantity)
            self.reserved += quantity
            self.status[key], self.quantity[key] = "held", quantity
        elif self.status[key] not in ("held", "sold"):
            raise Problem(409, "reservation-over", "")

    def sell(self, key: tuple[UUID, int]) -> None:
        status = self.status[key]
        if status == "released":
            raise Problem(409, "reservation-over", "")
        if status == "expired":
            self._take(self.quantity[key])
            self.sold += self.quantity[key]
        if status == "held":
            self.reserved -= self.quantity[key]
            self.sold += self.quantity[key]
        self.status[key] = "sold"

    def release(self, key: tuple[UUID, int]) -> None:
        status = self.status.get(key)
        if status == "held":
            self.reserved -= self.quantity[key]
        if status == "sold":
            self.sold -= self.quantity[key]
        if status in ("held", "sold"):
            self.on_hand += self.quantity[key]
        self.status[key] = "released"

    def expire(self) -> None:
        for key in [key for key, status in self.status.items() if status == "held"]:
            self.release(key)
            self.status[key] = "expired"

    def _take(self, quantity: int) -> None:
        if self.on_hand < quantity:
            raise Problem(
                409, "sold-out", f"Product {PRODUCT} has only {self.on_hand} pieces left."
            )
        self.on_hand -= quantity


class Payments:
    def __init__(self) -> None:
        self.status: dict[tuple[UUID, int], str] = {}
        self.captured: dict[tuple[UUID, int], int] = {}

    def charge(self, key: tuple[UUID, int], amount_cents: int, card: str) -> None:
        if key not in self.status:
            self.status[key] = "declined" if card == "card_declined" else "captured"
            self.captured[key] = 0 if card == "card_declined" else amount_cents
        if self.status[key] == "declined":
            raise Problem(402, "payment-declined", "The payment was declined.")
        if self.status[key] == "over":
            raise Problem(409, "payment-over", "")

    def refund(self, key: tuple[UUID, int]) -> None:
        self.status[key] = "over"
        self.captured.setdefault(key, 0)


@dataclass
class World:
    pieces: int
    fates: Iterator[str] = field(default_factory=lambda: itertools.repeat("fine"))
    cart: int = 2
    """Pieces in the customer's cart; a new cart is filled when it is emptied."""
    cart_version: int = 1
    """Grows with each put."""
    bought_up_to: int = 0

    def __post_init__(self) -> None:
        self.inventory, self.payments = Inventory(self.pieces), Payments()
        self.sagas: dict[UUID, dict[str, object]] = {}
        self.orders: dict[UUID, Saga] = {}
        self.late: list[Callable[[], object]] = []
        self.read_from: dict[UUID, int] = {}
        """Up to which version the cart was bought when a checkout read it."""
        self.bought: list[tuple[int, int]] = []
        """What each order bought: above the one version of the cart, up to the other."""
        self.carts_emptied = 0
        self.emptied_up_to = 0

    # Steps

    def perform(self, saga: Saga) -> Outcome:
        fate = next(self.fates, "fine")
        if fate == "after expiry":
            self.inventory.expire()
        if fate == "crash before":
            raise Crash
        outcome = self._act(saga) if saga.step in LOCAL_STEPS else self._call(saga, fate)
        if fate == "crash after":
            raise Crash
        return outcome

    def _call(self, saga: Saga, fate: str) -> Outcome:
        if fate == "refused connection":
            return Failed("peer", may_have_acted=False)
        if fate == "lost request":
            return Failed("peer")
        if fate == "late request":
            self.late.append(lambda: self._act(saga))
            return Failed("peer")
        outcome = self._act(saga)
        return Failed("peer") if fate == "lost answer" else outcome

    def _act(self, saga: Saga) -> Outcome:
        try:
            return self._do(saga)
        except Problem as problem:
            return Refused(problem)

    def _do(self, saga: Saga) -> Outcome:
        key = saga.order_id, saga.attempt
        match saga.step:
            case Step.READ_CART:
                self.read_from[saga.order_id] = self.bought_up_to
                return Done(self._purchase())
            case Step.RESERVE:
                self.inventory.reserve(key, saga.purchase.lines[0]["quantity"])
            case Step.CHARGE:
                self.payments.charge(key, saga.purchase.total.total_cents, saga.card)
            case Step.SELL:
                self.inventory.sell(key)
            case Step.CONFIRM:
                return self._confirm(saga)
            case Step.RELEASE:
                self.inventory.release(key)
            case Step.REFUND:
                self.payments.refund(key)
            case Step.EMPTY_CART:
                self.carts_emptied += 1
                self.emptied_up_to = max(self.emptied_up_to, saga.cart_version)
            case Step.CLOSE:
                closed = self.close(saga)
                return Done() if closed else Failed("orders", may_have_acted=False)
        return Done()

    def _purchase(self) -> Purchase:
        cents = self.cart * PRICE_CENTS
        lines = ({"product_id": PRODUCT, "quantity": self.cart},) if self.cart else ()
        return Purchase(lines, Total(cents, 0, cents), self.cart_version)

    def _confirm(self, saga: Saga) -> Outcome:
        row = self.sagas[saga.order_id]
        if (row["attempt"], row["status"]) != (saga.attempt, "running"):
            return Failed("orders", may_have_acted=False)
        self.bought.append((self.read_from[saga.order_id], saga.purchase.cart_version))
        self.bought_up_to = saga.purchase.cart_version
        row["status"], row["cart_version"] = "confirmed", saga.purchase.cart_version
        self.orders[saga.order_id] = saga
        return Done({"order_id": str(saga.order_id)})

    # The stored sagas, as Claims keeps them

    def claim(self, order_id: UUID, customer_id: int, fingerprint: str) -> Claim:
        found = self.sagas.get(order_id)
        claim = Begun(1) if found is None else decide(found, fingerprint)
        if isinstance(claim, Begun):
            if self._is_buying(customer_id):
                raise cart_in_use()
            self.sagas[order_id] = {
                "order_id": order_id,
                "customer_id": customer_id,
                "attempt": claim.attempt,
                "status": "running",
                "fingerprint": fingerprint,
                "refusal": None,
                "is_leased": True,
            }
        elif isinstance(claim, Unfinished):
            self.sagas[order_id]["status"] = "undoing"
        return claim

    def _is_buying(self, customer_id: int) -> bool:
        """Whether a running saga has a lease; ``sagas_buying`` permits one for each customer."""
        found = [row for row in self.sagas.values() if row["customer_id"] == customer_id]
        running = [row for row in found if row["status"] == "running"]
        for row in running:
            row["status"] = "running" if row["is_leased"] else "undoing"
        return any(row["is_leased"] for row in running)

    def check(self, order_id: UUID, fingerprint: str) -> None:
        if order_id in self.sagas:
            decide(self.sagas[order_id], fingerprint)

    def close(self, saga: Saga) -> bool:
        row = self.sagas[saga.order_id]
        before = ("confirmed",) if saga.is_confirmed else ("running", "undoing")
        if row["attempt"] != saga.attempt or row["status"] not in before:
            return False
        row["status"] = _status(saga)
        if saga.remembered is not None:
            row["refusal"] = vars(saga.remembered)
        return True

    def take_unfinished(self) -> list[Saga]:
        unfinished = ("running", "undoing", "confirmed")
        taken = [row for row in self.sagas.values() if row["status"] in unfinished]
        for row in taken:
            row["status"] = "undoing" if row["status"] == "running" else row["status"]
        return [_resumed(row) for row in taken]

    def one(self, customer_id: int, order_id: UUID) -> dict[str, object]:
        return {"order_id": str(self.orders[order_id].order_id)}

    def buys_twice(self) -> bool:
        """Whether two orders bought the same of the cart."""
        bought = sorted(each for each in self.bought if each[0] != each[1])
        return any(second[0] < first[1] for first, second in pairwise(bought))

    def drops_unbought(self) -> bool:
        """Whether something went from a cart that was put in after all that was bought."""
        bought = [saga.purchase.cart_version for saga in self.orders.values()]
        return self.emptied_up_to > max(bought, default=0)

    def end_leases(self) -> None:
        for row in self.sagas.values():
            row["is_leased"] = False

    # The books

    def books(self) -> Books:
        inventory = self.inventory
        stock = StockEntry(
            PRODUCT, inventory.initial, inventory.on_hand, inventory.reserved, inventory.sold
        )
        return Books(
            stock=(stock,),
            ordered=(PiecesEntry(PRODUCT, sum(map(_pieces, self.orders.values()))),),
            orders=tuple(
                OrderEntry(str(saga.order_id), 1, "confirmed", saga.purchase.total.total_cents)
                for saga in self.orders.values()
            ),
            payments=tuple(self._payment_entries()),
            reservations=tuple(
                ReservationEntry(str(order_id), status, overdue=status == "held")
                for (order_id, _), status in inventory.status.items()
                if status != "expired"
            ),
            held=(PiecesEntry(PRODUCT, sum(self._held())),),
            notifications=tuple(NotificationEntry("", str(each)) for each in self.orders),
            unfinished_sagas=sum(
                row["status"] not in ("failed", "completed") for row in self.sagas.values()
            ),
            contradictory_sagas=sum(
                (row["status"] in ("confirmed", "completed")) != (order_id in self.orders)
                for order_id, row in self.sagas.items()
            ),
        )

    def _held(self) -> Iterator[int]:
        for key, status in self.inventory.status.items():
            if status == "held":
                yield self.inventory.quantity[key]

    def _payment_entries(self) -> Iterator[PaymentEntry]:
        for key, status in self.payments.status.items():
            captured = self.payments.captured[key]
            yield PaymentEntry(str(key[0]), captured, captured if status == "over" else 0)


def _pieces(saga: Saga) -> int:
    return saga.purchase.lines[0]["quantity"]
