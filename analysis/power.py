"""How many blocks an effect takes, from the spread between blocks that a pilot showed. Pure."""

import math
from bisect import bisect_left

from scipy.special import chdtri, ncfdtr, stdtrit

from analysis.statistics import CONFIDENCE

MOST_BLOCKS = 1000
"""Beyond it, "how many blocks" is answered with "more than is sensible"."""


def power_of(effect: float, spread: float, n: int, confidence: float = CONFIDENCE) -> float:
    """Probability that the paired t interval of ``n`` > 1 blocks leaves zero out.

    Noncentral t (Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988), both
    tails at once as the noncentral F of its square, whose code stays sound far out. ``effect`` and
    ``spread`` > 0 (standard deviation between blocks) are on the scale of the effects. Assumes
    independent blocks with normal effects and that ``spread`` is the true one.
    """
    critical = float(stdtrit(n - 1, (1 + confidence) / 2))
    shift = effect * math.sqrt(n) / spread
    return 1 - float(ncfdtr(1, n - 1, shift**2, critical**2))


def blocks_needed(
    effect: float, spread: float, power: float = 0.8, confidence: float = CONFIDENCE
) -> int | None:
    """Fewest blocks with which the interval leaves zero out with that power, by ``power_of``.

    None beyond ``MOST_BLOCKS``. A verdict asks for an interval that leaves out the whole margin:
    what it takes is the power of the distance between effect and margin.
    """
    candidates = range(2, MOST_BLOCKS + 1)
    strong = bisect_left(
        candidates, x=True, key=lambda n: power_of(effect, spread, n, confidence) >= power
    )
    return candidates[strong] if strong < len(candidates) else None


def spread_interval(spread: float, n: int) -> tuple[float, float]:
    """95 % interval of a standard deviation that was estimated from ``n`` > 1 blocks.

    Chi-square (Fisher); assumes normal effects, and more strictly than t does.
    """
    above = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
    low, high = (spread * math.sqrt((n - 1) / chdtri(n - 1, share)) for share in above)
    return float(low), float(high)
