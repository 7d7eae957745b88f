"""What each image may hold, written down by hand: the build finds it out by following imports."""

import os
from collections.abc import Mapping

from microservices.deployables import DEPLOYABLES

SERVICES = [each.role for each in DEPLOYABLES]
PROCESSES = ["monolith", "payment-provider", *SERVICES]
"""Whose images come from one recipe."""
EVERYTHING = [*PROCESSES, "create-data", "database", "edge", "load"]

RULES_OF: Mapping[str, set[str]] = {
    "accounts": {"credentials"},
    "carts": {"pricing"},
    "catalog": set(),
    "inventory": set(),
    "notifications": set(),
    "orders": {"checkout"},
    "payments": {"checkout"},
    "recommendations": {"recommending", "factorisation"},
    "search": {"ranking"},
    "storefront": set(),
}

_WEB = {"blinker", "click", "flask", "itsdangerous", "jinja2", "markupsafe", "werkzeug"}
_CHECKS = {
    "annotated-types", "pydantic", "pydantic-core", "typing-extensions", "typing-inspection",
}  # fmt: skip
_DATA = {"psycopg", "psycopg-binary", "psycopg-pool", "typing-extensions"}
_PROCESS = _WEB | _CHECKS | {"gunicorn", "packaging", "orjson"}
_STORE = _PROCESS | _DATA | {"urllib3"}


def packages_of(name: str) -> set[str]:
    """Distributions in the image of a process."""
    if name == "payment-provider":
        return _PROCESS - {"orjson"}
    return _STORE | ({"numpy"} if name in {"monolith", "recommendations", "search"} else set())


def image(name: str) -> str:
    return f"twinstack-{name}:{os.environ.get('TWINSTACK_TAG', 'latest')}"
