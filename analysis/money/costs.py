"""From resources to money: what a million journeys cost, by declared prices. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.money.use import Use
from analysis.statistics import CONFIDENCE, Estimate, paired_t
from experiment.prices import Prices

Basis = Literal["provisioned", "used"]

MIB_PER_GIB = 1024
HOUR_S = 3600.0
MILLION = 1_000_000


@dataclass(frozen=True)
class Bill:
    """Money per hour, by what it is for."""

    cpu: float
    memory: float
    instances: float

    @property
    def total(self) -> float:
        return self.cpu + self.memory + self.instances


def bill(use: Use, prices: Prices, basis: Basis) -> Bill:
    """What an hour of it costs; an instance costs the same, used or not."""
    cpus: float = getattr(use.cpus, basis)
    memory_mb: float = getattr(use.memory_mb, basis)
    return Bill(
        cpu=cpus * prices.cpu_hour,
        memory=memory_mb / MIB_PER_GIB * prices.gb_hour,
        instances=use.instances * prices.instance_hour,
    )


def per_million(use: Use, prices: Prices, basis: Basis, *, good: bool = False) -> float | None:
    """Money for a million journeys, or a million good ones; None when there was none of them."""
    journeys = use.good_journeys if good else use.journeys
    if not journeys:
        return None
    hours = use.seconds / HOUR_S
    return bill(use, prices, basis).total * hours / journeys * MILLION


def typical(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate | None:
    """Geometric mean of positive numbers, one per block, with its interval.

    Student's t on the logs (``paired_t``): what is compared by ratios is averaged as ratios. None
    when there is no number, or one of them has no log.
    """
    if not values or min(values) <= 0:
        return None
    estimate = paired_t([math.log(value) for value in values], confidence)
    interval = estimate.interval
    return Estimate(
        math.exp(estimate.value),
        (math.exp(interval[0]), math.exp(interval[1])) if interval else None,
        estimate.spread,
        estimate.n,
        confidence,
    )
