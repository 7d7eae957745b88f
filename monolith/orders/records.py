"""Orders as rows and as documents."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from monolith.listing import split
from monolith.orders.claims import Attempt
from store.rules.checkout import Total
from store.rules.pricing import PricedLine
from store.web.shop import Document

_INSERT = """
    INSERT INTO orders (
        order_id, customer_id, created_at, subtotal_cents, discount_cents, total_cents, coupon
    ) VALUES (
        %(order_id)s, %(customer_id)s, %(created_at)s, %(subtotal_cents)s, %(discount_cents)s,
        %(total_cents)s, %(coupon)s
    )"""
_INSERT_LINES = """
    INSERT INTO order_lines (
        order_id, product_id, name, quantity, unit_price_cents, line_total_cents
    ) SELECT %s, * FROM unnest(%s::integer[], %s::text[], %s::integer[], %s::bigint[], %s::bigint[])
    """
_WITH_LINES = """
    orders.order_id, created_at, subtotal_cents, discount_cents, total_cents, coupon, (
        SELECT json_agg(json_build_object(
            'product_id', product_id, 'name', name, 'quantity', quantity,
            'unit_price_cents', unit_price_cents, 'line_total_cents', line_total_cents
        ) ORDER BY product_id)
        FROM order_lines WHERE order_lines.order_id = orders.order_id
    ) AS lines"""
_FIND = f"SELECT {_WITH_LINES} FROM orders WHERE order_id = %s AND customer_id = %s"
_LIST = f"""
    SELECT total, page.*
    FROM (SELECT count(*) AS total FROM orders WHERE customer_id = %(customer_id)s) AS counted
    LEFT JOIN (
        SELECT {_WITH_LINES} FROM orders WHERE customer_id = %(customer_id)s
        ORDER BY created_at DESC, order_id LIMIT %(limit)s OFFSET %(offset)s
    ) AS page ON true
    ORDER BY page.created_at DESC, page.order_id"""


def place(
    connection: Connection[DictRow], attempt: Attempt, lines: Sequence[PricedLine], total: Total
) -> Document:
    """Write the order as confirmed now."""
    order = {
        "order_id": attempt.order_id,
        "created_at": datetime.now(UTC),
        "coupon": attempt.coupon,
        **vars(total),
    }
    connection.execute(_INSERT, {"customer_id": attempt.customer_id, **order})
    connection.execute(_INSERT_LINES, (attempt.order_id, *_columns(lines)))
    return _document({**order, "lines": [vars(line) for line in lines]})


def find(connection: Connection[DictRow], customer_id: int, order_id: UUID) -> Document | None:
    """The order, if it is one of this customer's."""
    row = connection.execute(_FIND, (order_id, customer_id)).fetchone()
    return row and _document(row)


def page_of(
    connection: Connection[DictRow], customer_id: int, page: int, page_size: int
) -> Document:
    """One page of the customer's orders, the newest first."""
    wish = {"customer_id": customer_id, "limit": page_size, "offset": (page - 1) * page_size}
    rows, total = split(connection.execute(_LIST, wish).fetchall(), "order_id")
    orders = [_document(row) for row in rows]
    return {"orders": orders, "page": page, "page_size": page_size, "total": total}


def _columns(lines: Sequence[PricedLine]) -> tuple[list[Any], ...]:
    return (
        [line.product_id for line in lines],
        [line.name for line in lines],
        [line.quantity for line in lines],
        [line.unit_price_cents for line in lines],
        [line.line_total_cents for line in lines],
    )


def _document(row: DictRow) -> Document:
    created_at: datetime = row["created_at"].astimezone(UTC)
    return {
        "order_id": str(row["order_id"]),
        "status": "confirmed",
        "created_at": created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "lines": row["lines"],
        "subtotal_cents": row["subtotal_cents"],
        "discount_cents": row["discount_cents"],
        "total_cents": row["total_cents"],
        "coupon": row["coupon"],
    }
