"""Both stores from one journey per second to a million: cost, and where one gets the cheaper."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from experiment.prices import Prices
from experiment.store import Architecture
from projection.sizing import Sized

RATES = tuple(10 ** (step / 4) for step in range(25))
"""Journeys per second, four to a decade."""
HEAVY = "recommendations"
"""The part of which the data might be large."""


@dataclass(frozen=True)
class Point:
    """Both stores at one load."""

    monolith: Sized
    services: Sized

    @property
    def journeys_per_s(self) -> float:
        return self.monolith.journeys_per_s

    def of(self, architecture: Architecture) -> Sized:
        return self.monolith if architecture == "monolith" else self.services

    def ratio(self, prices: Prices) -> float:
        """Cost of the services over that of the monolith."""
        return self.services.per_hour(prices) / self.monolith.per_hour(prices)


def crossovers(points: Sequence[Point], prices: Prices) -> list[float]:
    """Loads at which the cheaper store changes, interpolated on logarithms."""
    found = []
    for one, other in pairwise(points):
        before, after = (math.log(each.ratio(prices)) for each in (one, other))
        if before * after < 0:
            share = before / (before - after)
            low, high = (math.log(each.journeys_per_s) for each in (one, other))
            found.append(math.exp(low + share * (high - low)))
    return found


def tipping_gb(at: Point, prices: Prices) -> float | None:
    """GiB of data that every copy of one part would have to hold for both to cost the same.

    Each monolith holds them, but of the services only the instances of that part. None where no
    size does it: memory costs nothing, or the part has no fewer instances than the monolith.
    """
    copies = at.monolith.total_of("monolith") - at.services.total_of(HEAVY)
    dearer = at.services.per_hour(prices) - at.monolith.per_hour(prices)
    if copies <= 0 or not prices.gb_hour:
        return None
    return max(0.0, dearer / (copies * prices.gb_hour))
