"""The cart, and checking it out."""

from uuid import uuid4

from flask import Blueprint, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from store.runtime import inputs
from store.runtime.problems import Problem
from store.web import session
from store.web.shop import Shop

MENDABLE = (400, 402, 409, 422)
"""Refusals of a checkout after which the cart is still there to be changed."""


def add_basket(web: Blueprint, shop: Shop) -> None:
    _add_cart(web, shop)
    _add_checkout(web, shop)


def _add_cart(web: Blueprint, shop: Shop) -> None:
    @web.get("/cart")
    def cart() -> str:
        return _cart_page(shop)

    @web.post("/cart/items/<product_id>/add")
    def add_to_cart(product_id: str) -> Response:
        wish, quantity = inputs.product_id(product_id), inputs.form(inputs.CartItem).quantity
        shop.add_cart_item(session.token(), wish, quantity)
        return _to_cart()

    @web.post("/cart/items/<product_id>")
    def change_quantity(product_id: str) -> Response:
        quantity = inputs.form(inputs.CartItem).quantity
        shop.put_cart_item(session.token(), inputs.product_id(product_id), quantity)
        return _to_cart()

    @web.post("/cart/items/<product_id>/remove")
    def remove_from_cart(product_id: str) -> Response:
        shop.delete_cart_item(session.token(), inputs.product_id(product_id))
        return _to_cart()


def _add_checkout(web: Blueprint, shop: Shop) -> None:
    @web.post("/checkout")
    def checkout() -> Response:
        token = session.token()
        try:
            key = inputs.form(inputs.IdempotencyKey).key
            entry = inputs.form(inputs.Checkout)
            order = shop.checkout(token, key, entry.card, entry.coupon)
        except inputs.InvalidInput as problem:
            return _cart_again(shop, problem, "Please check the card and the coupon.")
        except Problem as problem:
            if problem.name == "checkout-in-progress" or problem.status not in MENDABLE:
                raise
            return _cart_again(shop, problem, problem.detail)
        return redirect(url_for("web.order", order_id=order["order_id"]), 303)


def _to_cart() -> Response:
    return redirect(url_for("web.cart"), 303)


def _cart_page(shop: Shop, refusal: str | None = None) -> str:
    # The key belongs to this very page: sending its form twice orders once.
    cart = shop.cart(session.token())
    return render_template("cart.html", cart=cart, key=str(uuid4()), refusal=refusal)


def _cart_again(shop: Shop, problem: Problem, sentence: str) -> Response:
    return make_response(_cart_page(shop, sentence), problem.status)
