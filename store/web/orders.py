"""Orders that were placed."""

from flask import Blueprint, render_template

from store.runtime import inputs
from store.web import session
from store.web.shop import Shop

ORDERS = 20


def add_orders(web: Blueprint, shop: Shop) -> None:
    @web.get("/orders")
    def orders() -> str:
        page = inputs.query(inputs.Paging).page
        return render_template("orders.html", listing=shop.orders(session.token(), page, ORDERS))

    @web.get("/orders/<order_id>")
    def order(order_id: str) -> str:
        wish = str(inputs.order_id(order_id))
        return render_template("order.html", order=shop.order(session.token(), wish))
