"""Which features are a role's own: what a visitor would expect to be gone with it."""

from collections.abc import Iterable, Mapping

from experiment.metric import Feature

OWN: Mapping[str, tuple[Feature, ...]] = {
    "accounts": ("accounts",),
    "catalog": ("catalog",),
    "search": ("search",),
    "recommendations": ("recommendations",),
    "carts": ("cart",),
    "inventory": ("checkout",),
    "payments": ("checkout",),
    "orders": ("checkout", "orders"),
}
"""Notifications, databases and the like serve no feature of their own."""


def own_features(targets: Iterable[str]) -> frozenset[Feature]:
    """Of the roles that the targets of faults name, such as "orders" or "orders to payments"."""
    words = (word for target in targets for word in target.split())
    return frozenset(feature for word in words for feature in OWN.get(word, ()))
