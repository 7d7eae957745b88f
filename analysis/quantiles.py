"""Quantiles that are printed only when there are enough requests to know them."""

import math

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95


def needed_for(p: float) -> int:
    """Fewest requests for an upper bound of the quantile ``p``: 59 for p95, 299 for p99.

    With n independent values the largest exceeds the quantile with probability 1 - p**n; below
    95 % of that the sample says nothing about the quantile (distribution-free bound, Wilks 1941).
    """
    return math.ceil(math.log(1 - CONFIDENCE) / math.log(p))


def highest_known(n: int) -> float:
    """The highest quantile that ``n`` requests can tell: the inverse of ``needed_for``."""
    return float((1 - CONFIDENCE) ** (1 / n)) if n else 0.0


def nearest_rank(values: NDArray[np.float64], p: float) -> float:
    """The smallest value that at least the share ``p`` of the values does not exceed."""
    return float(np.quantile(values, p, method="inverted_cdf"))


def quantile(values: NDArray[np.float64], p: float) -> float | None:
    """The quantile ``p`` by nearest rank, or None when the values are too few to know it."""
    return nearest_rank(values, p) if len(values) >= needed_for(p) else None
