"""HTTP interface of orders."""

from flask import Blueprint

from monolith.orders.module import Orders
from store.runtime import inputs
from store.runtime.tokens import Tokens
from store.web.shop import Document


def views(orders: Orders, tokens: Tokens) -> Blueprint:
    api = Blueprint("orders", __name__, url_prefix="/api/orders")

    @api.post("")
    def checkout() -> tuple[Document, int]:
        customer_id = tokens.signed_in_customer()
        key = inputs.idempotency_key()
        wish = inputs.body(inputs.Checkout)
        return orders.checkout(customer_id, key, wish.card, wish.coupon), 201

    @api.get("")
    def list_orders() -> Document:
        customer_id = tokens.signed_in_customer()
        wish = inputs.query(inputs.Paging)
        return orders.orders(customer_id, wish.page, wish.page_size)

    @api.get("/<order_id>")
    def get_order(order_id: str) -> Document:
        customer_id = tokens.signed_in_customer()
        return orders.order(customer_id, inputs.order_id(order_id))

    return api
