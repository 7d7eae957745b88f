"""From the costs of taking turns to figures. Pure."""

from testbed.bench.figure import mean, ratio
from testbed.bench.record import Ratio, TurnFigures, Turns
from testbed.bench.rounds import Costs
from testbed.bench.stores.turns import COMPOSED, IN_TURN

PARTS = ("catalog", "recommendations", "inventory")
COMPOSER = "storefront"
WHOLE = "monolith"


def turns_of(costs: Costs, pages: int) -> Turns:
    """``costs``: by role that was asked alone, and by ``IN_TURN`` and ``COMPOSED``."""
    return Turns(
        pages_per_round=pages,
        processes=tuple(_figures(costs, role) for role in (*PARTS, COMPOSER, WHOLE)),
        ratios=(
            Ratio(
                says="the monolith's page, in turn with three services / alone",
                figure=ratio(_cpu(costs, IN_TURN, WHOLE), _cpu(costs, WHOLE, WHOLE)),
            ),
            Ratio(
                says="the three services, in turn with each other and the monolith / alone",
                figure=ratio(_parts(costs, IN_TURN), _alone(costs)),
            ),
            Ratio(
                says="the three services, within a page / alone",
                figure=ratio(_parts(costs, COMPOSED), _alone(costs)),
            ),
        ),
    )


def _figures(costs: Costs, role: str) -> TurnFigures:
    is_asked = role in costs
    return TurnFigures(
        role=role,
        alone_ms=mean(_cpu(costs, role, role)) if is_asked else None,
        in_turn_ms=mean(_cpu(costs, IN_TURN, role)) if is_asked else None,
        composed_ms=None if role == WHOLE else mean(_cpu(costs, COMPOSED, role)),
    )


def _cpu(costs: Costs, way: str, role: str) -> list[float]:
    return [cost.cpu_ms[role] for cost in costs[way]]


def _parts(costs: Costs, way: str) -> list[float]:
    return [sum(cost.cpu_ms[part] for part in PARTS) for cost in costs[way]]


def _alone(costs: Costs) -> list[float]:
    each = [_cpu(costs, part, part) for part in PARTS]
    return [sum(of_start) for of_start in zip(*each, strict=True)]
