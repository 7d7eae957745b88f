"""From the costs of a feature to its figures. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from testbed.bench.cost import Cost
from testbed.bench.figure import mean, ratio
from testbed.bench.record import AtOnce, FeatureFigures, Ratio, SideFigures
from testbed.bench.rounds import Costs
from testbed.bench.stores import fastest

GOAL = 0.7
"""The monolith is at least this fast, beside the bare handler."""
_MS = 1000


@dataclass(frozen=True)
class Size:
    """How a feature was asked for."""

    alone: int
    """Requests of a round, one at a time."""
    at_once: int
    """Requests of a round, over all connections at once."""
    connections: int
    cores: int
    """Of the store."""


def figures_of(feature: str, alone: Costs, at_once: Costs, size: Size) -> FeatureFigures:
    """Costs per request of one at a time, and of requests over many connections at once."""
    return FeatureFigures(
        feature=feature,
        requests_per_round=size.alone,
        requests_at_once_per_round=size.at_once,
        sides=tuple(_side(side, alone[side], at_once[side], size) for side in alone),
        ratios=(*_ratios(alone), *_ratios_at_once(at_once, size.connections)),
    )


def _side(side: str, alone: Sequence[Cost], at_once: Sequence[Cost], size: Size) -> SideFigures:
    return SideFigures(
        side=side,
        wall_ms=mean(_wall(alone)),
        process_cpu_ms=mean(_process(alone)),
        database_cpu_ms=mean(_database(alone)),
        alone_per_s=mean(_per_s(alone)),
        at_once=AtOnce(
            connections=size.connections,
            per_s=mean(_per_s(at_once)),
            busy=mean([each.whole_cpu_ms / each.wall_ms / size.cores for each in at_once], 1.0),
        ),
    )


def _ratios(costs: Costs) -> Iterator[Ratio]:
    """Speeds: what the faster needs, of what the other needs for the same."""
    yield _speed(costs, ("monolith", "bare"), _whole, "by CPU of process and database", GOAL)
    yield _speed(costs, ("monolith", "bare"), _wall, "by the clock, one client", GOAL)
    yield _speed(costs, ("monolith", "bare"), _process, "by CPU of the process alone")
    if fastest.NAME in costs:
        for side in ("bare", "monolith"):
            yield _speed(costs, (side, fastest.NAME), _whole, "by CPU of process and database")
    yield _speed(costs, ("microservices", "monolith"), _whole, "by CPU of processes and database")


def _ratios_at_once(costs: Costs, connections: int) -> Iterator[Ratio]:
    how = f"answers per second, {connections} connections at once"
    yield _speed(costs, ("monolith", "bare"), _wall, how)
    if fastest.NAME in costs:
        for side in ("bare", "monolith"):
            yield _speed(costs, (side, fastest.NAME), _wall, how)
    yield _speed(costs, ("microservices", "monolith"), _wall, how)


def _speed(
    costs: Costs,
    pair: tuple[str, str],
    needs: Callable[[Sequence[Cost]], list[float]],
    how: str,
    least: float | None = None,
) -> Ratio:
    side, beside = pair
    figure = ratio(needs(costs[beside]), needs(costs[side]))
    return Ratio(says=f"{side} / {beside}, {how}", figure=figure, least=least)


def _per_s(costs: Sequence[Cost]) -> list[float]:
    return [_MS / cost.wall_ms for cost in costs]


def _wall(costs: Sequence[Cost]) -> list[float]:
    return [cost.wall_ms for cost in costs]


def _whole(costs: Sequence[Cost]) -> list[float]:
    return [cost.whole_cpu_ms for cost in costs]


def _process(costs: Sequence[Cost]) -> list[float]:
    return [cost.cpu_ms["process"] for cost in costs]


def _database(costs: Sequence[Cost]) -> list[float]:
    return [cost.cpu_ms["database"] for cost in costs]
