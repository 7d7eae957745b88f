"""Sample ratings: each customer has a few clusters of products that are bought together."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from store.sample.dataset import Ratings

CLUSTER_SIZE = 40
"""Aimed at; at the default size clusters have between 12 and 60 products."""
FAVOURITES = 3
"""Clusters of a customer."""
FROM_FAVOURITES = 0.8
"""Share of a customer's ratings that fall into favourite clusters; the others are demand alone."""
FAVOURITE_STARS = (0.0, 0.02, 0.08, 0.35, 0.55)
OTHER_STARS = (0.2, 0.3, 0.3, 0.15, 0.05)
"""Share of 1, 2, 3, 4 and 5 stars."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Shelf:
    """Products in an order in which every cluster is a run of neighbours."""

    product_ids: Ints
    bounds: Ints
    """Cluster k is at the places from bounds[k] to bounds[k + 1]."""
    demand_before: NDArray[np.float64]
    """Length products + 1: demand of all products at earlier places."""

    def draw(self, first: Ints, end: Ints, rng: np.random.Generator) -> Ints:
        """One product id for each range of places, in proportion to demand."""
        low, high = self.demand_before[first], self.demand_before[end]
        point = low + rng.random(len(first)) * (high - low)
        place = np.searchsorted(self.demand_before, point, side="right") - 1
        return self.product_ids[np.clip(place, first, end - 1)]


def make_ratings(
    count: int,
    customers: int,
    occasions: list[str],
    demand: NDArray[np.float64],
    rng: np.random.Generator,
) -> Ratings:
    """``count`` ratings by customers 1 to ``customers`` of products 1 to ``len(occasions)``.

    ``demand`` weighs the products. Raises ValueError for more than a quarter of all pairs: drawing
    them would not end in reasonable time.
    """
    if 4 * count > customers * len(occasions):
        raise ValueError(f"{count} ratings are too many for {customers} x {len(occasions)}")
    shelf = _fill_shelf(occasions, demand, rng)
    favourites = rng.integers(0, len(shelf.bounds) - 1, size=(customers, FAVOURITES))
    pairs = np.empty((0, 3), dtype=np.int64)
    while len(pairs) < count:
        more = _draw_ratings(2 * (count - len(pairs)), favourites, shelf, rng)
        pairs = np.concatenate((pairs, more))
        _, first = np.unique(pairs[:, :2], axis=0, return_index=True)
        pairs = pairs[np.sort(first)]
    customer, product, stars = pairs[:count].T
    return Ratings(customer.astype(np.int32), product.astype(np.int32), stars.astype(np.int8))


def _draw_ratings(count: int, favourites: Ints, shelf: Shelf, rng: np.random.Generator) -> Ints:
    """Rows of customer, product, stars; the same pair may come twice."""
    customer = rng.integers(0, len(favourites), size=count)
    liked = rng.random(count) < FROM_FAVOURITES
    cluster = favourites[customer, rng.integers(0, FAVOURITES, size=count)]
    first = np.where(liked, shelf.bounds[cluster], 0)
    end = np.where(liked, shelf.bounds[cluster + 1], len(shelf.product_ids))
    product = shelf.draw(first, end, rng)
    happy = rng.choice(5, size=count, p=FAVOURITE_STARS)
    so_so = rng.choice(5, size=count, p=OTHER_STARS)
    return np.stack((1 + customer, product, 1 + np.where(liked, happy, so_so)), axis=1)


def _fill_shelf(
    occasions: list[str], demand: NDArray[np.float64], rng: np.random.Generator
) -> Shelf:
    shuffled = rng.permutation(len(occasions))
    names = np.array(occasions)[shuffled]
    by_occasion = [shuffled[names == name] for name in sorted(set(occasions))]
    clusters = list(chain.from_iterable(map(_split, by_occasion)))
    places = np.concatenate(clusters)
    bounds = np.cumsum([0, *map(len, clusters)])
    demand_before = np.concatenate(([0.0], np.cumsum(demand[places])))
    return Shelf(places + 1, bounds, demand_before)


def _split(products: Ints) -> list[Ints]:
    return np.array_split(products, max(1, round(len(products) / CLUSTER_SIZE)))
