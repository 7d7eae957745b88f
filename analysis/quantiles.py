"""Quantiles that are printed only when there are enough requests to know them."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrik

from analysis.statistics import CONFIDENCE


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


def quantile_interval(values: NDArray[np.float64], p: float) -> tuple[float, float] | None:
    """95 % interval of the quantile ``p`` between two order statistics, or None.

    Distribution-free (Conover, "Practical Nonparametric Statistics", 1999, section 3.2): how many
    of n values lie below the quantile is binomial, and its 2.5 % tails give the ranks. It needs a
    value beyond the quantile on either side: 72 values for p95, 368 for p99; None below that.

    Assumes independent values. Requests of one run are not (one stall slows hundreds), so within a
    run this is the least that is unknown; what runs differ by shows between blocks only.
    """
    n = len(values)
    # The ranks that leave at most 2.5 % on either side, counted from 1.
    low = int(_binomial_quantile((1 - CONFIDENCE) / 2, n, p))
    high = int(_binomial_quantile((1 + CONFIDENCE) / 2, n, p)) + 1
    if low < 1 or high > n:
        return None
    ranked = np.partition(values, [low - 1, high - 1])
    return float(ranked[low - 1]), float(ranked[high - 1])


def _binomial_quantile(q: float, n: int, p: float) -> int:
    """The smallest k with P(X <= k) >= q for a binomial X."""
    if n == 0:
        return 0
    k = max(0, math.floor(bdtrik(q, n, p)))
    return k if bdtr(k, n, p) >= q else k + 1


def quantile(values: NDArray[np.float64], p: float) -> float | None:
    """The quantile ``p`` by nearest rank, or None when the values are too few to know it."""
    return nearest_rank(values, p) if len(values) >= needed_for(p) else None
