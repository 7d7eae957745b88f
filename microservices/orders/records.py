"""Confirmed orders: written once, read by their customers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from microservices.orders.saga import Purchase, Saga
from store.runtime.database import Database, Row
from store.runtime.inputs import Paging
from store.runtime.problems import not_found

Document = dict[str, Any]

# Fails for an attempt that was taken over: this is where a checkout commits.
_CONFIRM = """
UPDATE sagas SET status = 'confirmed', cart_version = %s
WHERE order_id = %s AND attempt = %s AND status = 'running'
"""
_BOUGHT_UP_TO = "SELECT bought_up_to FROM baskets WHERE customer_id = %s"
_BUY_BASKET = """
INSERT INTO baskets (customer_id, bought_up_to) VALUES (%s, %s)
ON CONFLICT (customer_id) DO UPDATE SET bought_up_to = excluded.bought_up_to
"""
_INSERT = """
INSERT INTO orders (
    order_id, customer_id, created_at, subtotal_cents, discount_cents, total_cents, coupon
) VALUES (
    %(order_id)s, %(customer_id)s, %(created_at)s, %(subtotal_cents)s, %(discount_cents)s,
    %(total_cents)s, %(coupon)s
)
"""
_INSERT_LINES = """
INSERT INTO order_lines (order_id, product_id, name, quantity, unit_price_cents, line_total_cents)
SELECT %s, * FROM unnest(%s::integer[], %s::text[], %s::integer[], %s::bigint[], %s::bigint[])
"""
_LINE = ("product_id", "name", "quantity", "unit_price_cents", "line_total_cents")
_AS_STORED = ("lines", "subtotal_cents", "discount_cents", "total_cents", "coupon")
_LEAVE_EVENT = """
INSERT INTO outbox (event_id, order_id, customer_id, total_cents)
VALUES (%(event_id)s, %(order_id)s, %(customer_id)s, %(total_cents)s)
"""
_COLUMNS = """
order_id, created_at, subtotal_cents, discount_cents, total_cents, coupon, (
    SELECT json_agg(json_build_object(
        'product_id', product_id, 'name', name, 'quantity', quantity,
        'unit_price_cents', unit_price_cents, 'line_total_cents', line_total_cents
    ) ORDER BY product_id)
    FROM order_lines WHERE order_lines.order_id = orders.order_id
) AS lines
"""
_FIND = f"SELECT {_COLUMNS} FROM orders WHERE order_id = %s AND customer_id = %s"
# One statement; past the end one row without an order.
_PAGE = f"""
SELECT counted.total, page.*
FROM (SELECT count(*) AS total FROM orders WHERE customer_id = %(customer_id)s) AS counted
LEFT JOIN (
    SELECT {_COLUMNS} FROM orders WHERE customer_id = %(customer_id)s
    ORDER BY created_at DESC, order_id LIMIT %(limit)s OFFSET %(offset)s
) AS page ON true
ORDER BY page.created_at DESC, page.order_id
"""


@dataclass(frozen=True)
class Records:
    database: Database
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def confirm(
        self, saga: Saga, purchase: Purchase, event: Row, *, leaves_event: bool = True
    ) -> Document | None:
        """The order, with its event in the outbox, in one transaction.

        None, and nothing written, when the attempt was taken over. Until then no other one of the
        customer was under way, so that what was read of the cart is still to be bought.
        """
        order = {
            "order_id": saga.order_id,
            "created_at": self.now(),
            "coupon": saga.coupon,
            **vars(purchase.total),
        }
        claim = (purchase.cart_version, saga.order_id, saga.attempt)
        basket = (saga.customer_id, purchase.cart_version)
        columns = ([line[name] for line in purchase.lines] for name in _LINE)
        with self.database.transaction() as connection:
            if not connection.execute(_CONFIRM, claim).rowcount:
                return None
            connection.execute(_BUY_BASKET, basket)
            connection.execute(_INSERT, {"customer_id": saga.customer_id, **order})
            connection.execute(_INSERT_LINES, (saga.order_id, *columns))
            if leaves_event:
                connection.execute(_LEAVE_EVENT, event)
        return _document({**order, "lines": list(purchase.lines)})

    def bought_up_to(self, customer_id: int) -> int:
        """Version of the customer's cart up to which it is bought; 0 at first."""
        with self.database.autocommit() as connection:
            row = connection.execute(_BOUGHT_UP_TO, (customer_id,)).fetchone()
        return 0 if row is None else int(row["bought_up_to"])

    def one(self, customer_id: int, order_id: UUID) -> Document:
        """One of the customer's own orders; the 404 Problem otherwise."""
        with self.database.autocommit() as connection:
            row = connection.execute(_FIND, (order_id, customer_id)).fetchone()
        if row is None:
            raise not_found("order")
        return _document(row)

    def page(self, customer_id: int, wanted: Paging) -> Document:
        """One page of the contract's ``OrderList``."""
        window = {
            "customer_id": customer_id,
            "limit": wanted.page_size,
            "offset": wanted.offset,
        }
        with self.database.autocommit() as connection:
            rows = connection.execute(_PAGE, window).fetchall()
        return {
            "orders": [_document(row) for row in rows if row["order_id"] is not None],
            "page": wanted.page,
            "page_size": wanted.page_size,
            "total": rows[0]["total"],
        }


def _document(row: Row) -> Document:
    created_at = row["created_at"].astimezone(UTC)
    return {
        "order_id": str(row["order_id"]),
        "status": "confirmed",
        "created_at": f"{created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        **{name: row[name] for name in _AS_STORED},
    }
