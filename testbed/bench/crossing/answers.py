"""What the callees answer: nothing, or what the catalogue answers for a product page."""

from typing import Any

import orjson

from store.sample.generate import generate

NOTHING: dict[str, Any] = {}
NOTHING_AS_JSON = orjson.dumps(NOTHING)
_PRODUCTS = 9
"""A product and the eight that are recommended beside it."""
_NAMES = ("product_id", "name", "category", "description", "price_cents")


def nine_products() -> dict[str, Any]:
    """The catalogue's answer with products of the sample data."""
    sample = generate(products=20, customers=10, ratings=0)
    return {
        "products": [
            {name: getattr(product, name) for name in _NAMES}
            for product in sample.products[:_PRODUCTS]
        ]
    }
