"""The bare checkout: the statements of the monolith's, in its transaction and beside it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection
from psycopg.rows import TupleRow

from monolith.carts import _LOCK as LOCK_CART
from monolith.carts import _LOCK_CLASS as CARTS
from monolith.carts import _TAKE as TAKE_CART
from monolith.inventory import _LOCK as LOCK_STOCK
from monolith.inventory import _TAKE as TAKE_STOCK
from monolith.orders.claims import _CART_CLASS as BUYERS
from monolith.orders.claims import _LOCK as LOCK_KEY
from monolith.orders.claims import _RECALL as RECALL
from monolith.orders.claims import _REMEMBER as REMEMBER
from monolith.orders.outbox import _PUT as PUT_EVENT
from monolith.orders.records import _INSERT as INSERT_ORDER
from monolith.orders.records import _INSERT_LINES as INSERT_LINES
from monolith.payments.charges import _BEGIN as BEGIN_CHARGE
from monolith.payments.charges import _BOOK as BOOK_CHARGE
from store.rules import checkout
from store.rules.checkout import Total
from store.rules.pricing import Basket, Item, PricedLine, price_basket
from testbed.bench.stores.bare_provider import Charge

_LINE = ("product_id", "name", "quantity", "unit_price_cents", "line_total_cents")


@dataclass(frozen=True)
class Links:
    """What one thread keeps open."""

    main: Connection[TupleRow]
    beside: Connection[TupleRow]
    """For what has to be committed before the checkout is."""
    charge: Charge


@dataclass(frozen=True)
class Attempt:
    customer_id: int
    key: str
    card: str

    @property
    def order_id(self) -> UUID:
        return checkout.order_id(self.customer_id, self.key)


def check_out(links: Links, attempt: Attempt) -> dict[str, Any]:
    """The order; whatever goes wrong is an exception."""
    order_id, connection = attempt.order_id, links.main
    lock = int.from_bytes(order_id.bytes[:8], signed=True)
    with connection.transaction():
        connection.execute(LOCK_KEY, (lock,)).fetchone()
        connection.execute(RECALL, (True, BUYERS, attempt.customer_id, order_id)).fetchone()
        with connection.transaction():
            order = _order(links, attempt, order_id)
        fingerprint = checkout.fingerprint(attempt.card, None)
        connection.execute(REMEMBER, (order_id, fingerprint, None))
    return order


def _order(links: Links, attempt: Attempt, order_id: UUID) -> dict[str, Any]:
    basket = _take_cart(links.main, attempt.customer_id)
    to_pay = checkout.total(basket.subtotal_cents, None)
    _take_stock(links.main, basket)
    _pay(links, order_id, to_pay.total_cents, attempt.card)
    event = (uuid5(order_id, "order-confirmed"), order_id, attempt.customer_id, to_pay.total_cents)
    names = ("event_id", "order_id", "customer_id", "total_cents")
    links.main.execute(PUT_EVENT, dict(zip(names, event, strict=True)))
    return _place(links.main, attempt.customer_id, order_id, basket, to_pay)


def _take_cart(connection: Connection[TupleRow], customer_id: int) -> Basket:
    connection.execute(LOCK_CART, (CARTS, customer_id))
    return price_basket(Item(*row) for row in connection.execute(TAKE_CART, (customer_id,)))


def _take_stock(connection: Connection[TupleRow], basket: Basket) -> None:
    product_ids = [line.product_id for line in basket.lines]
    connection.execute(LOCK_STOCK, (product_ids,)).fetchall()
    connection.execute(TAKE_STOCK, (product_ids, [line.quantity for line in basket.lines]))


def _pay(links: Links, order_id: UUID, amount_cents: int, card: str) -> None:
    wanted = {"order_id": order_id, "amount_cents": amount_cents, "card": card}
    links.beside.execute(BEGIN_CHARGE, wanted).fetchall()
    charge_id = links.charge(str(order_id), amount_cents, card)
    links.main.execute(BOOK_CHARGE, (order_id, 1, charge_id))


def _place(
    connection: Connection[TupleRow],
    customer_id: int,
    order_id: UUID,
    basket: Basket,
    to_pay: Total,
) -> dict[str, Any]:
    now = datetime.now(UTC)
    order = {"order_id": order_id, "coupon": None, **vars(to_pay)}
    values = {"customer_id": customer_id, "created_at": now, **order}
    connection.execute(INSERT_ORDER, values)
    columns = ([getattr(line, name) for line in basket.lines] for name in _LINE)
    connection.execute(INSERT_LINES, (order_id, *columns))
    return {
        **order,
        "order_id": str(order_id),
        "status": "confirmed",
        "created_at": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}",
        "lines": [_line(line) for line in basket.lines],
    }


def _line(line: PricedLine) -> dict[str, Any]:
    return vars(line)
