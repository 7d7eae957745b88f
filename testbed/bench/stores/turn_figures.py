"""From the costs of taking turns to figures. Pure."""

from testbed.bench.figure import Figure, mean, ratio
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
        processes=(
            *(_figures(costs, part, alone=True, in_turn=True, composed=True) for part in PARTS),
            _figures(costs, COMPOSER, composed=True),
            _figures(costs, WHOLE, alone=True, in_turn=True),
        ),
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


def _figures(
    costs: Costs, role: str, *, alone: bool = False, in_turn: bool = False, composed: bool = False
) -> TurnFigures:
    def figure(way: str, *, is_known: bool) -> Figure | None:
        return mean(_cpu(costs, way, role)) if is_known else None

    return TurnFigures(
        role=role,
        alone_ms=figure(role, is_known=alone),
        in_turn_ms=figure(IN_TURN, is_known=in_turn),
        composed_ms=figure(COMPOSED, is_known=composed),
    )


def _cpu(costs: Costs, way: str, role: str) -> list[float]:
    return [cost.cpu_ms[role] for cost in costs[way]]


def _parts(costs: Costs, way: str) -> list[float]:
    return [sum(cost.cpu_ms[part] for part in PARTS) for cost in costs[way]]


def _alone(costs: Costs) -> list[float]:
    each = [_cpu(costs, part, part) for part in PARTS]
    return [sum(of_start) for of_start in zip(*each, strict=True)]
