"""What the visitors of one journey choose, step by step, drawn from seeded streams."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiment.load import Journey
from experiment.store import Sample
from loadtests.truth import DEFAULT_FACTORS, Truth, truth_of
from store.sample.generate import generate
from store.sample.products import SCARCE
from store.sample.vocabulary import CATEGORIES, search_words

Choices = list[dict[str, Any]]
"""One JSON object for each arrival of a journey."""

CARD = "card_ok"
COUPONS = ("WELCOME10", "SAVE5", None)
COUPON_SHARES = (0.2, 0.1, 0.7)
PAGE_SHARES = (0.7, 0.2, 0.1)
QUANTITY_SHARES = (0.7, 0.2, 0.1)
WHOLE_SHOP_SHARE = 0.5
TWO_WORDS_SHARE = 0.5


def stream(seed: int, *names: str) -> np.random.Generator:
    """A random stream of its own for each name, so that no draw shifts another.

    Each stream is used for one array, whose first n values do not depend on its length: more
    arrivals of a journey leave the choices of its earlier ones as they were.
    """
    return np.random.default_rng([seed, *"/".join(names).encode()])


@dataclass(frozen=True)
class Demand:
    """What there is to choose from, and how much each product is asked for."""

    popularity: NDArray[np.float64]
    """By product id, from 1."""
    in_plenty: NDArray[np.bool_]
    """By product id; of the others a few purchases would leave nothing."""
    customers: int
    truth: Truth
    """What answers to it hold."""


def demand_in(sample: Sample, factors: Collection[int] = DEFAULT_FACTORS) -> Demand:
    """The demand that the sample data of this size was made for.

    ``factors``: lengths of the vectors by which products are recommended, in all arms.
    """
    products = generate(products=sample.products, customers=1, ratings=0).products
    return Demand(
        popularity=np.array([product.popularity for product in products]),
        in_plenty=np.array([product.on_hand > SCARCE for product in products]),
        customers=sample.customers,
        truth=truth_of(sample, tuple(sorted(set(factors)))),
    )


@dataclass(frozen=True)
class Visitors:
    """The visitors who begin ``journey``, ``count`` of them."""

    seed: int
    journey: Journey
    count: int
    demand: Demand

    def choose(self) -> list[Choices]:
        """For each step of the journey the choices of all visitors."""
        return _CHOOSERS[self.journey](self)

    def draws(self, name: str) -> NDArray[np.float64]:
        """One uniform number in [0, 1) for each visitor."""
        return stream(self.seed, self.journey, name).random(self.count)

    def drawn_by(self, name: str, shares: tuple[float, ...]) -> list[int]:
        """Indices into ``shares``, with these probabilities."""
        return _pick(self.draws(name), np.array(shares))

    def products(self, name: str, *, in_plenty: bool = False) -> list[int]:
        """Product ids by popularity, on demand only those that do not sell out."""
        weights = self.demand.popularity * (self.demand.in_plenty if in_plenty else 1.0)
        return [1 + index for index in _pick(self.draws(name), weights)]


def _pick(draws: NDArray[np.float64], weights: NDArray[np.float64]) -> list[int]:
    """Indices into ``weights`` in proportion to them; an index of weight zero never."""
    bounds = np.cumsum(weights)
    picked: list[int] = np.searchsorted(bounds, draws * bounds[-1], side="right").tolist()
    return picked


def _product_pages(visitors: Visitors, name: str) -> Choices:
    return [visitors.demand.truth.page(product) for product in visitors.products(name)]


def _browse(visitors: Visitors) -> list[Choices]:
    shares = (WHOLE_SHOP_SHARE, *((1 - WHOLE_SHOP_SHARE) / len(CATEGORIES) for _ in CATEGORIES))
    categories = (None, *CATEGORIES)
    lists: Choices = [
        {
            "category": (name := categories[category]),
            "page": page + 1,
            "total": visitors.demand.truth.totals.get(name, 0),
        }
        for category, page in zip(
            visitors.drawn_by("category", shares),
            visitors.drawn_by("page", PAGE_SHARES),
            strict=True,
        )
    ]
    return [lists, _product_pages(visitors, "first"), _product_pages(visitors, "second")]


def _search(visitors: Visitors) -> list[Choices]:
    words = search_words()
    pairs = zip(
        (visitors.draws("word") * len(words)).astype(int),
        (visitors.draws("other-word") * len(words)).astype(int),
        visitors.draws("two-words") < TWO_WORDS_SHARE,
        strict=True,
    )
    asked = [f"{words[one]} {words[other]}" if two else words[one] for one, other, two in pairs]
    queries: Choices = [{"q": q, "total": visitors.demand.truth.hits(q)} for q in asked]
    return [queries, _product_pages(visitors, "product")]


def _one_product(visitors: Visitors) -> list[Choices]:
    return [_product_pages(visitors, "product")]


def _buy(visitors: Visitors) -> list[Choices]:
    """The steps of a buy choose the same customer and product.

    Customers come from a shuffled circle, so that purchases in flight share no cart.
    """
    circle = 1 + stream(visitors.seed, "customers").permutation(visitors.demand.customers)
    customers = np.resize(circle, visitors.count).tolist()
    products = visitors.products("product", in_plenty=True)
    quantities = visitors.drawn_by("quantity", QUANTITY_SHARES)
    coupons = visitors.drawn_by("coupon", COUPON_SHARES)
    checkouts: Choices = [
        {
            "customer_id": customer,
            "product_id": product,
            "key": f"buy-{visitors.seed}-{number:06d}",
            "card": CARD,
            "coupon": COUPONS[coupon],
        }
        for number, (customer, product, coupon) in enumerate(
            zip(customers, products, coupons, strict=True)
        )
    ]
    return [
        [visitors.demand.truth.page(product) for product in products],
        [{"customer_id": customer} for customer in customers],
        [
            {"product_id": product, "quantity": quantity + 1}
            for product, quantity in zip(products, quantities, strict=True)
        ],
        checkouts,
        [
            {"customer_id": customer, "key": checkout["key"]}
            for customer, checkout in zip(customers, checkouts, strict=True)
        ],
    ]


_CHOOSERS: Mapping[Journey, Callable[[Visitors], list[Choices]]] = {
    "browse": _browse,
    "view": _one_product,
    "search": _search,
    "recommend": _one_product,
    "buy": _buy,
}
