"""From the costs of a feature to its figures. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from store.payment_provider import fate
from testbed.bench.cost import Cost
from testbed.bench.figure import mean, ratio
from testbed.bench.record import FeatureFigures, Ratio, SideFigures
from testbed.bench.rounds import Costs
from testbed.bench.stores.limits import ceilings

GOAL = 0.7
"""The monolith is at least this fast, beside the bare handler."""
PROVIDER_MS = 1000 * fate.MEDIAN_LATENCY_S * math.exp(fate.LATENCY_SPREAD**2 / 2)
"""Mean of what the payment provider sleeps per charge (log-normal)."""
_OF_ONE_PROCESS = frozenset({"bare", "monolith"})


@dataclass(frozen=True)
class Host:
    """What a side has."""

    cores: int
    threads: int


def figures_of(
    feature: str, costs: Costs, requests: int, host: Host, provider_ms: float = 0.0
) -> FeatureFigures:
    """``provider_ms``: what a request waits for the payment provider in a store under load."""
    return FeatureFigures(
        feature=feature,
        requests_per_round=requests,
        sides=tuple(_side(side, found, host, provider_ms) for side, found in costs.items()),
        ratios=tuple(_ratios(costs)),
    )


def _side(side: str, costs: Sequence[Cost], host: Host, provider_ms: float) -> SideFigures:
    wall, process, database = mean(_wall(costs)), mean(_process(costs)), mean(_database(costs))
    return SideFigures(
        side=side,
        wall_ms=wall,
        process_cpu_ms=process,
        database_cpu_ms=database,
        ceilings=ceilings(
            process_ms=process.value,
            database_ms=database.value,
            wall_ms=wall.value + provider_ms,
            cores=host.cores,
            threads=host.threads,
            is_one_process=side in _OF_ONE_PROCESS,
        ),
    )


def _ratios(costs: Costs) -> list[Ratio]:
    """Speeds: what the faster needs, of what the other needs for the same."""
    bare, monolith, services = costs["bare"], costs["monolith"], costs["microservices"]
    return [
        Ratio(
            says="monolith / bare, by CPU of process and database",
            figure=ratio(_whole(bare), _whole(monolith)),
            least=GOAL,
        ),
        Ratio(
            says="monolith / bare, by the clock, one client",
            figure=ratio(_wall(bare), _wall(monolith)),
            least=GOAL,
        ),
        Ratio(
            says="monolith / bare, by CPU of the process alone",
            figure=ratio(_process(bare), _process(monolith)),
        ),
        Ratio(
            says="microservices / monolith, by CPU of processes and database",
            figure=ratio(_whole(monolith), _whole(services)),
        ),
    ]


def _wall(costs: Sequence[Cost]) -> list[float]:
    return [cost.wall_ms for cost in costs]


def _whole(costs: Sequence[Cost]) -> list[float]:
    return [cost.whole_cpu_ms for cost in costs]


def _process(costs: Sequence[Cost]) -> list[float]:
    return [cost.cpu_ms["process"] for cost in costs]


def _database(costs: Sequence[Cost]) -> list[float]:
    return [cost.cpu_ms["database"] for cost in costs]
