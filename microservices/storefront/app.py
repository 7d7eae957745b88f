"""The storefront: the composed product page and the web shop; it keeps no data."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from flask import Flask

from microservices.service import create_service
from microservices.storefront.product_pages import ProductPages
from microservices.storefront.remote_shop import RemoteShop
from store.runtime import inputs
from store.runtime.resilience.fallback import Fallback
from store.runtime.resilience.limits import Limits
from store.web.pages import create_shop

# The page can do without these two: they get little time, and leave a quarter of the usual 16
# threads free. Half of them would already leave parts out of a storefront that is merely busy.
OPTIONAL_PART = Limits(deadline_s=1.0, max_concurrent=12)
LIMITS = {"inventory": OPTIONAL_PART, "recommendations": OPTIONAL_PART}


def create_app() -> Flask:
    service = create_service("storefront", LIMITS)
    workers = ThreadPoolExecutor(service.settings.threads, "product-page")
    fallback = partial(Fallback, service.settings.policies, service.telemetry)
    pages = ProductPages(service.calls, workers, stock=fallback(), recommendations=fallback())
    shop = create_shop(RemoteShop(service.calls, pages), service.settings.instance)
    service.app.register_blueprint(shop)

    @service.app.get("/api/product-pages/<product_id>")
    def get_product_page(product_id: str) -> dict[str, Any]:
        return pages.compose(inputs.product_id(product_id))

    return service.app
