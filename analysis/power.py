"""How many blocks an effect takes, from the spread between blocks that a pilot showed. Pure."""

import math

from scipy import stats
from scipy.special import stdtrit

from analysis.statistics import CONFIDENCE, MOST_BLOCKS


def power_of(effect: float, spread: float, n: int, confidence: float = CONFIDENCE) -> float:
    """Probability that the paired t interval of ``n`` > 1 blocks leaves zero out.

    Noncentral t (Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988), both
    tails. ``effect`` and ``spread`` > 0 (standard deviation between blocks) are on the scale of
    the effects. Assumes independent blocks with normal effects and that ``spread`` is the true one.
    """
    critical = float(stdtrit(n - 1, (1 + confidence) / 2))
    shift = effect * math.sqrt(n) / spread
    return float(stats.nct.sf(critical, n - 1, shift) + stats.nct.cdf(-critical, n - 1, shift))


def blocks_needed(
    effect: float, spread: float, power: float = 0.8, confidence: float = CONFIDENCE
) -> int | None:
    """Fewest blocks with which the interval leaves zero out with that power, by ``power_of``.

    None beyond ``MOST_BLOCKS``. To be called supported, an estimate must also lie beyond the
    margin; of a true effect just at the margin only every second estimate does.
    """
    if power_of(effect, spread, MOST_BLOCKS, confidence) < power:
        return None
    low, high = 1, MOST_BLOCKS
    while high - low > 1:
        middle = (low + high) // 2
        enough = power_of(effect, spread, middle, confidence) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def spread_interval(spread: float, n: int) -> tuple[float, float]:
    """95 % interval of a standard deviation that was estimated from ``n`` > 1 blocks.

    Chi-square (Fisher); assumes normal effects, and more strictly than t does.
    """
    sides = (1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2
    low, high = (spread * math.sqrt((n - 1) / stats.chi2.ppf(side, n - 1)) for side in sides)
    return float(low), float(high)
