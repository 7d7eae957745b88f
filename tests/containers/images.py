"""What each image may hold, written down by hand: the build finds it out by following imports."""

import os
from collections.abc import Mapping

from microservices.deployables import DEPLOYABLES

SERVICES = [each.role for each in DEPLOYABLES]
PROCESSES = ["monolith", "payment-provider", *SERVICES]
"""Whose images come from one recipe."""
EVERYTHING = [*PROCESSES, "create-data", "database", "edge", "load"]

SHARED: Mapping[str, set[str]] = {
    "accounts": {"store.rules.credentials"},
    "carts": {"store.rules.pricing"},
    "catalog": set(),
    "inventory": set(),
    "notifications": set(),
    "orders": {"store.rules.checkout", "store.rules.pricing"},
    "payments": {"store.payment_provider.client"},
    "recommendations": {
        "store.rules.recommending",
        "store.rules.factorisation",
        "store.sample.dataset",  # the form of the ratings that a model is trained with
    },
    "search": {"store.rules.ranking"},
    # The categories that its pages offer.
    "storefront": {"store.sample.assortment", "store.sample.words"},
}
"""Modules that a service shares with the monolith, beside those that all processes have."""

_WEB = {"blinker", "click", "flask", "itsdangerous", "jinja2", "markupsafe", "werkzeug"}
_CHECKS = {
    "annotated-types", "pydantic", "pydantic-core", "typing-extensions", "typing-inspection",
}  # fmt: skip
_PROVIDER = _WEB | _CHECKS | {"gunicorn"}
_STORE = _PROVIDER | {"orjson", "psycopg", "psycopg-binary", "psycopg-pool", "urllib3"}
_COMPUTING = {"monolith", "recommendations", "search"}


def packages_of(name: str) -> set[str]:
    """Distributions in the image of a process."""
    if name == "payment-provider":
        return _PROVIDER
    return _STORE | ({"numpy"} if name in _COMPUTING else set())


def image(name: str) -> str:
    return f"twinstack-{name}:{os.environ.get('TWINSTACK_TAG', 'latest')}"
