"""Estimates and intervals over blocks. Pure; a block is the unit, never a request."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from scipy.special import stdtrit

CONFIDENCE = 0.95
MOST_BLOCKS = 1000
"""Beyond it, "how many more blocks" is answered with "more than is sensible"."""


@dataclass(frozen=True)
class Estimate:
    """A mean effect with its interval on the scale of the effects (log ratio or difference)."""

    value: float
    interval: tuple[float, float] | None
    """None when the blocks cannot tell: there is one, or they agree to the last digit."""
    spread: float | None
    """Standard deviation between blocks; None with one block."""
    n: int


def paired_t(effects: Sequence[float]) -> Estimate:
    """Mean of the per-block effects with its 95 % interval.

    Test: Student's t on paired observations (Student 1908), here on log ratios or differences of
    the two arms of a block. Assumes that blocks are independent and that their effects are about
    normal; pairing takes out what both arms of a block share (arrivals, the hour's noise).
    Blocks with exactly the same effect show no spread, and a zero-width interval would claim
    certainty, so there is none then. ValueError without effects.
    """
    if not effects:
        raise ValueError("an estimate needs at least one block")
    value = float(np.mean(effects))
    if len(effects) == 1:
        return Estimate(value, interval=None, spread=None, n=1)
    spread = float(np.std(effects, ddof=1))
    if math.isclose(min(effects), max(effects), rel_tol=1e-12, abs_tol=1e-15):
        return Estimate(value, interval=None, spread=0.0, n=len(effects))
    half = half_width(spread, len(effects))
    return Estimate(value, (value - half, value + half), spread, len(effects))


def half_width(spread: float, n: int) -> float:
    """Half the width of the 95 % t interval over ``n`` > 1 blocks with that spread."""
    return float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * spread / math.sqrt(n)


def upper_bound_without_events(n: int) -> float:
    """Upper 95 % bound of a share when none of ``n`` > 0 requests showed the event.

    Rule of three (Hanley & Lippman-Hand, JAMA 1983): 3/n, the closed form of 0.05 ** (1/n).
    Assumes independent requests, which makes it a floor: failures come in clusters.
    """
    return min(1.0, 3 / n)


def unanimous_share_difference(
    estimate: Estimate, requests_reference: int, requests_treatment: int
) -> Estimate:
    """Interval of a difference of shares, each of which was exactly 0 or 1 in every block.

    Such shares have no spread between blocks, so t has nothing to work with; the rule of three
    bounds each side instead, with its assumption of independent requests.
    """
    down = upper_bound_without_events(requests_reference)
    up = upper_bound_without_events(requests_treatment)
    interval = max(-1.0, estimate.value - down), min(1.0, estimate.value + up)
    return replace(estimate, interval=interval)


def within_shares(estimate: Estimate) -> Estimate:
    """The estimate with its interval cut at -1 and 1, beyond which no two shares can differ.

    t knows no bounds; cutting it loses no coverage, since the truth cannot lie in what is cut off.
    """
    if estimate.interval is None:
        return estimate
    low, high = estimate.interval
    return replace(estimate, interval=(max(-1.0, low), min(1.0, high)))


def blocks_until(half: float, spread: float, already: int) -> int | None:
    """Blocks, beyond those run, until the interval is expected to be ``half`` wide to each side.

    Uses the spread seen so far, which few blocks know poorly. None beyond ``MOST_BLOCKS``.
    """
    for n in count(max(2, already + 1)):
        if n > MOST_BLOCKS:
            return None
        if half_width(spread, n) <= half:
            return n - already
    raise AssertionError
