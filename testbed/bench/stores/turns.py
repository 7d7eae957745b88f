"""What a process pays for taking turns with others on one core.

Asked again and again, a process finds its code and data where it left them, in the caches of its
core. Asked in turn with others it finds theirs. A bench of crossings does the first; a page that
services compose is always the second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from microservices.storefront.product_pages import RECOMMENDED
from testbed.bench.cost import Cost, Parts, metered
from testbed.bench.rounds import Measure
from testbed.bench.stores.sides import Side

IN_TURN = "in turn"
COMPOSED = "composed"
"""Ways beside those that are called by the one process that is asked."""


@dataclass(frozen=True)
class _Call:
    side: Side
    role: str
    path: str

    def make(self) -> bytes:
        return self.side.ask_role(self.role, "GET", self.path, headers=self.side.internal)


def turn_measures(services: Side, monolith: Side, pages: int) -> dict[str, Measure]:
    """What a product page takes of each service, and the monolith's whole page.

    Each alone, all in turn, and the page that the storefront composes, of ``pages`` products.
    Costs are CPU time by role, per page.
    """
    wanted = [_calls(services, monolith, product_id) for product_id in range(1, pages + 1)]
    ways = {role: [calls[role] for calls in wanted] for role in wanted[0]}
    ways[IN_TURN] = [call for calls in wanted for call in calls.values()]
    ways[COMPOSED] = [_Call(services, "storefront", _page(each + 1)) for each in range(pages)]
    roles = {**services.roles, **monolith.roles}
    return {name: _measure(calls, roles, pages) for name, calls in ways.items()}


def _calls(services: Side, monolith: Side, product_id: int) -> Mapping[str, _Call]:
    """By role, in the order of the storefront."""
    query = f"/api/recommendations?product_id={product_id}&limit={RECOMMENDED}"
    similar = _Call(services, "recommendations", query)
    scored = orjson.loads(similar.make())["recommendations"]
    ids = ",".join(map(str, [product_id, *(each["product_id"] for each in scored)]))
    calls = (
        _Call(services, "inventory", f"/internal/stock/{product_id}"),
        similar,
        _Call(services, "catalog", f"/internal/products?ids={ids}"),
        _Call(monolith, "monolith", _page(product_id)),
    )
    return {call.role: call for call in calls}


def _page(product_id: int) -> str:
    return f"/api/product-pages/{product_id}"


def _measure(calls: Sequence[_Call], roles: Parts, pages: int) -> Measure:
    def measure(_number: int) -> Cost:
        with metered(roles) as meter:
            for call in calls:
                call.make()
        return meter.per_call(pages)

    return measure
