"""A long random session: what a few customers do, including what they do wrong.

The steps depend on the seed alone, never on an answer, so that every store gets the same ones.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from store.rules.checkout import order_id
from store.runtime.sign_in_limit import MOST_WRONG
from store.sample.dataset import SAMPLE_PASSWORD, sample_email
from store.sample.vocabulary import CATEGORIES, search_words
from testbed.parity.twisting import twisted

Json = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One call. ``actor`` is the customer whose token goes with it, None for a stranger."""

    method: str
    path: str
    actor: int | None = None
    query: dict[str, Any] = field(default_factory=dict)
    body: Json | None = None
    key: str | None = None
    forged: str | None = None
    """A token that no store made; it goes along in place of the actor's."""
    verbatim: bool = False
    """Whether ``path`` is the whole request target, sent as it is; else it lies below ``/api``."""

    def __str__(self) -> str:
        who = f" as customer {self.actor}" if self.actor else ""
        what = f" {self.body}" if self.body is not None else ""
        key = f" key {self.key}" if self.key else ""
        query = f" {self.query}" if self.query else ""
        return f"{self.method} {self.path}{query}{what}{key}{who}"


@dataclass(frozen=True)
class Shop:
    """What the session needs to know about the sample data of the stores."""

    products: int
    customers: int


class Session:
    """Draws steps; the weights make carts fill and checkouts happen."""

    def __init__(self, shop: Shop, seed: int, actors: int = 6) -> None:
        self._shop = shop
        self._chance = random.Random(f"parity-{seed}")  # noqa: S311 - seeded, not a secret
        self._actors = self._chance.sample(range(1, shop.customers + 1), actors)
        self._used: list[Step] = []
        self._wanted: set[int] = set()
        self._newcomers = 0
        self._checkouts = 0
        self._words = search_words()

    def steps(self, count: int) -> Iterator[Step]:
        """Sign everybody in, then ``count`` random steps, then a look at all that is left.

        At one address more wrong passwords are tried than a store takes.
        """
        yield from (self._sign_in(actor) for actor in self._actors)
        yield from [_guess()] * (MOST_WRONG + 1)
        makers = self._makers()
        kinds, weights = list(makers), list(makers.values())
        for make in self._chance.choices(kinds, weights, k=count):
            yield make()
        yield from self._last_look()

    def _makers(self) -> dict[Callable[[], Step], int]:
        return {
            self._list: 8, self._product: 6, self._page: 10, self._search: 10,
            self._recommend: 8, self._put: 20, self._add: 6, self._delete: 5, self._cart: 6,
            self._checkout: 12, self._repeat_checkout: 4, self._orders: 5, self._order: 5,
            self._register: 3, self._wrong_sign_in: 2, self._stranger: 3, self._nonsense: 5,
            self._twist: 8,
        }  # fmt: skip

    def _sign_in(self, actor: int) -> Step:
        body = {"email": sample_email(actor), "password": SAMPLE_PASSWORD}
        return Step("POST", "/sessions", actor, body=body)

    def _actor(self) -> int:
        return self._chance.choice(self._actors)

    def _product_id(self) -> int:
        """Mostly a product in plenty, now and then a scarce one, or none at all."""
        scarce = self._shop.products // 50
        return self._chance.choices(
            [
                self._chance.randint(1, self._shop.products),
                50 * self._chance.randint(1, scarce) if scarce else 1,
                self._shop.products + self._chance.randint(1, 1000),
            ],
            [24, 1, 1],
        )[0]

    def _paging(self) -> dict[str, Any]:
        return self._chance.choice(
            [{}, {}, {"page": 2}, {"page_size": 3}, {"page": 3, "page_size": 7}, {"page": 10_000}]
        )

    def _list(self) -> Step:
        category = self._chance.choice([None, *CATEGORIES, "no such category"])
        query = self._paging() | ({"category": category} if category else {})
        return Step("GET", "/products", query=query)

    def _product(self) -> Step:
        return Step("GET", f"/products/{self._product_id()}")

    def _page(self) -> Step:
        return Step("GET", f"/product-pages/{self._product_id()}")

    def _search(self) -> Step:
        words = self._chance.sample(self._words, k=self._chance.randint(1, 3))
        return Step("GET", "/search", query=self._paging() | {"q": " ".join(words)})

    def _recommend(self) -> Step:
        limit = self._chance.choice([{}, {"limit": 1}, {"limit": 50}])
        return Step("GET", "/recommendations", query={"product_id": self._product_id(), **limit})

    def _put(self, method: str = "PUT") -> Step:
        quantity = self._chance.choice([1, 1, 2, 3, 4, 5, 19, 20, 99])
        product_id = self._product_id()
        self._wanted.add(product_id)
        path = f"/cart/items/{product_id}"
        return Step(method, path, self._actor(), body={"quantity": quantity})

    def _add(self) -> Step:
        return self._put("POST")

    def _delete(self) -> Step:
        return Step("DELETE", f"/cart/items/{self._product_id()}", self._actor())

    def _cart(self) -> Step:
        return Step("GET", "/cart", self._actor())

    def _checkout(self) -> Step:
        self._checkouts += 1
        card = self._chance.choices(["card_ok", "card_declined"], [8, 1])[0]
        coupon = self._chance.choices([None, "WELCOME10", "SAVE5", "NOSUCH"], [6, 3, 3, 1])[0]
        body = {"card": card} | ({"coupon": coupon} if coupon else {})
        step = Step(
            "POST", "/orders", self._actor(), body=body, key=f"parity-{self._checkouts:06d}"
        )
        self._used.append(step)
        return step

    def _repeat_checkout(self) -> Step:
        """The same again, or the same key with another body."""
        if not self._used:
            return self._checkout()
        step = self._chance.choice(self._used)
        if self._chance.random() < 0.3:  # noqa: PLR2004 - one repeat in three is a misuse
            return Step("POST", "/orders", step.actor, body={"card": "card_other"}, key=step.key)
        return step

    def _orders(self) -> Step:
        return Step("GET", "/orders", self._actor(), query=self._paging())

    def _order(self) -> Step:
        """An order of this actor, of another one, or of nobody."""
        if self._used:
            used = self._chance.choice(self._used)
            owner, key = used.actor or 0, used.key or ""
        else:
            owner, key = 1, "parity-none"
        actor = self._chance.choice([owner, self._actor()])
        return Step("GET", f"/orders/{order_id(owner, key)}", actor)

    def _register(self) -> Step:
        self._newcomers += self._chance.choice([0, 1, 1])  # the same address again is taken
        body = {
            "email": f"Newcomer{self._newcomers}@Example.com",
            "name": f"New Comer {self._newcomers}",
            "password": "long enough",
        }
        return Step("POST", "/accounts", body=body)

    def _wrong_sign_in(self) -> Step:
        email = self._chance.choice([sample_email(self._actor()), "nobody@example.com"])
        return Step("POST", "/sessions", body={"email": email, "password": "wrong password"})

    def _stranger(self) -> Step:
        return self._chance.choice(
            [
                Step("GET", "/cart"),
                Step("PUT", "/cart/items/1", body={"quantity": 1}),
                Step("POST", "/cart/items/1", body={"quantity": 1}),
                Step("GET", "/orders"),
                Step("POST", "/orders", body={"card": "card_ok"}, key="parity-stranger"),
            ]
        )

    def _nonsense(self) -> Step:
        actor = self._actor()
        return self._chance.choice(
            [
                Step("GET", "/products/abc"),
                Step("GET", "/products/0"),
                Step("GET", "/product-pages/99999999999"),
                Step("GET", "/products", query={"page": 0}),
                Step("GET", "/products", query={"page_size": 101}),
                Step("GET", "/search", query={"q": ""}),
                Step("GET", "/search"),
                Step("GET", "/recommendations", query={"product_id": "1.0"}),
                Step("GET", "/cart", forged="nonsense"),
                Step("PUT", "/cart/items/1", body={"quantity": 1}, forged="MQ.aaaa.bbbb"),
                Step("PUT", "/cart/items/1", actor, body={"quantity": 0}),
                Step("PUT", "/cart/items/1", actor, body={"quantity": "2"}),
                Step("PUT", "/cart/items/1", actor, body={"quantity": 1, "colour": "red"}),
                Step("POST", "/cart/items/1", actor, body={"quantity": 99}),
                Step("POST", "/cart/items/1", actor, body={"quantity": 99}),
                Step("POST", "/orders", actor, body={"card": "card_ok"}),
                Step("POST", "/orders", actor, body={"card": "card_ok"}, key="short"),
                Step("POST", "/orders", actor, body={"card": "cash"}, key="parity-nonsense"),
                Step("GET", "/orders/no-uuid", actor),
                Step("POST", "/accounts", body={"email": "no address", "name": "x"}),
                Step("DELETE", "/products"),
                Step("GET", "/no-such-call"),
            ]
        )

    def _twist(self) -> Step:
        """A path that a careless reader takes for another."""
        makers = (self._product, self._page, self._list, self._cart, self._orders, self._order)
        step = self._chance.choice(makers)()
        return Step("GET", twisted(f"/api{step.path}", self._chance), step.actor, verbatim=True)

    def _last_look(self) -> Iterator[Step]:
        """Carts, orders, and the stock of everything that anybody wanted."""
        for actor in self._actors:
            yield Step("GET", "/cart", actor)
            yield Step("GET", "/orders", actor, query={"page_size": 100})
        for product_id in sorted(self._wanted):
            yield Step("GET", f"/product-pages/{product_id}")


def _guess() -> Step:
    body = {"email": "guessed@example.com", "password": "wrong password"}
    return Step("POST", "/sessions", body=body)
