"""A store in memory behind the real port of the web shop, with the real rules."""

from dataclasses import asdict, dataclass, field
from typing import Any

from store.rules.checkout import find_coupon, fingerprint, order_id, total
from store.rules.pricing import Item, price_basket
from store.runtime.problems import Problem, dependency_unavailable, not_found
from store.web.shop import Document

PLENTY = 50
MOST_OF_ONE = 99


def product(product_id: int, name: str, category: str = "Kitchen", **other: Any) -> Document:
    return {
        "product_id": product_id,
        "name": name,
        "category": category,
        "description": f"{name}, made to last.",
        "price_cents": 100 * product_id,
        **other,
    }


@dataclass
class FakeShop:
    """One process, one customer at a time; ``down`` names the roles that do not answer."""

    catalog: list[Document]
    stock: dict[int, int] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    accounts: dict[str, Document] = field(default_factory=dict)
    carts: dict[str, dict[int, int]] = field(default_factory=dict)
    earlier_tokens: list[str] = field(default_factory=list)
    placed: dict[str, list[Document]] = field(default_factory=dict)
    remembered: dict[tuple[str, str], tuple[str, Document | Problem]] = field(default_factory=dict)

    def products(self, category: str | None, page: int, page_size: int) -> Document:
        self._need("catalog")
        found = [p for p in self.catalog if category in (None, p["category"])]
        return {"products": _page(found, page, page_size), **_paging(found, page, page_size)}

    def product_page(self, product_id: int) -> Document:
        self._need("catalog")
        shown = self._product(product_id)
        others = [p for p in self.catalog if p is not shown][:8]
        parts = {
            "stock": self.stock.get(product_id, PLENTY),
            "recommendations": [_scored(p) for p in others],
        }
        degraded = sorted(self.down & {"inventory", "recommendations"})
        if "inventory" in degraded:
            parts["stock"] = None
        if "recommendations" in degraded:
            parts["recommendations"] = []
        return {"product": shown, "degraded": degraded, **parts}

    def search(self, q: str, page: int, page_size: int) -> Document:
        self._need("search")
        found = [_scored(p) for p in self.catalog if q.lower() in p["name"].lower()]
        hits = _page(found, page, page_size)
        return {"query": q, "hits": hits, **_paging(found, page, page_size)}

    def register(self, email: str, name: str, password: str) -> Document:
        if email in self.accounts:
            sentence = "There is already an account with this e-mail address."
            raise Problem(409, "email-taken", sentence)
        self.accounts[email] = {"name": name, "password": password}
        return {"customer_id": len(self.accounts), "email": email, "name": name}

    def sign_in(self, email: str, password: str, earlier_token: str) -> Document:
        self._need("accounts")
        self.earlier_tokens.append(earlier_token)
        account = self.accounts.get(email)
        if account is None or account["password"] != password:
            raise Problem(401, "wrong-credentials", "E-mail address or password is wrong.")
        self.carts.setdefault(email, {})
        self.placed.setdefault(email, [])
        return {"token": email, "customer_id": 1, "name": account["name"], "expires_in_s": 3600}

    def cart(self, token: str) -> Document:
        self._need("carts")
        quantities = self._cart(token)
        items = [
            Item(number, p["name"], quantities[number], p["price_cents"])
            for number in quantities
            for p in [self._product(number)]
        ]
        basket = asdict(price_basket(items))
        return {**basket, "lines": list(basket["lines"])}

    def put_cart_item(self, token: str, product_id: int, quantity: int) -> Document:
        self._product(product_id)
        self._cart(token)[product_id] = quantity
        return self.cart(token)

    def add_cart_item(self, token: str, product_id: int, quantity: int) -> Document:
        total = self._cart(token).get(product_id, 0) + quantity
        if total > MOST_OF_ONE:
            raise Problem(409, "too-many", "A cart holds at most 99 of one product.")
        return self.put_cart_item(token, product_id, total)

    def delete_cart_item(self, token: str, product_id: int) -> Document:
        self._cart(token).pop(product_id, None)
        return self.cart(token)

    def checkout(self, token: str, key: str, card: str, coupon: str | None) -> Document:
        self._cart(token)
        self._need("orders")
        body = fingerprint(card, coupon)
        seen, answer = self.remembered.get((token, key), (body, None))
        if seen != body:
            raise Problem(422, "idempotency-key-reused", "The key was used with another body.")
        if answer is None:
            answer = self._decide(token, key, card, coupon)
            self.remembered[token, key] = (body, answer)
        if isinstance(answer, Problem):
            raise answer
        return answer

    def orders(self, token: str, page: int, page_size: int) -> Document:
        self._cart(token)
        placed = self.placed[token][::-1]
        return {"orders": _page(placed, page, page_size), **_paging(placed, page, page_size)}

    def order(self, token: str, order_id: str) -> Document:
        self._cart(token)
        for placed in self.placed[token]:
            if placed["order_id"] == order_id:
                return placed
        raise not_found("order")

    def _decide(self, token: str, key: str, card: str, coupon: str | None) -> Document | Problem:
        if coupon and find_coupon(coupon) is None:
            raise Problem(422, "coupon-unknown", "There is no coupon of that name.")
        cart = self.cart(token)
        if not cart["lines"]:
            raise Problem(409, "cart-empty", "The cart is empty.")
        for line in cart["lines"]:
            left = self.stock.get(line["product_id"], PLENTY)
            if left < line["quantity"]:
                sentence = f"Product {line['product_id']} has only {left} pieces left."
                return Problem(409, "sold-out", sentence)
        if card == "card_declined":
            return Problem(402, "payment-declined", "The payment was declined.")
        return self._place(token, key, coupon, cart)

    def _place(self, token: str, key: str, coupon: str | None, cart: Document) -> Document:
        price = total(cart["subtotal_cents"], find_coupon(coupon or ""))
        order = {
            "order_id": str(order_id(1, key)),
            "status": "confirmed",
            "created_at": "2026-01-31T12:00:00.000000Z",
            "lines": cart["lines"],
            "coupon": coupon,
            **asdict(price),
        }
        self.placed[token].append(order)
        self.carts[token].clear()
        return order

    def _cart(self, token: str) -> dict[int, int]:
        if token not in self.carts:
            raise Problem(401, "not-signed-in", "The token is not valid or no longer valid.")
        return self.carts[token]

    def _product(self, product_id: int) -> Document:
        for known in self.catalog:
            if known["product_id"] == product_id:
                return known
        raise not_found("product")

    def _need(self, role: str) -> None:
        if role in self.down:
            raise dependency_unavailable(role)


def _scored(document: Document) -> Document:
    return {key: document[key] for key in ("product_id", "name", "price_cents")} | {"score": 1.0}


def _page(found: list[Document], page: int, page_size: int) -> list[Document]:
    return found[(page - 1) * page_size : page * page_size]


def _paging(found: list[Document], page: int, page_size: int) -> Document:
    return {"page": page, "page_size": page_size, "total": len(found)}
