"""Estimates and intervals over blocks. Pure; a block is the unit, never a request."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy.special import betaincinv, stdtrit

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
    confidence: float = CONFIDENCE
    """Of the interval, taken by itself."""


def paired_t(effects: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """Mean of the per-block effects with its interval.

    Test: Student's t on paired observations (Student, Biometrika 1908), here on log ratios or
    differences of the two arms of a block. Assumes that blocks are independent and that their
    effects are about normal; pairing takes out what both arms of a block share (arrivals, the
    hour's noise).

    What simulation says of the nominal 95 % (tests/unit/analysis/test_coverage*.py): 95 to 96.5 %
    with heavy tails that both arms share (Student's t with 3 degrees of freedom, log-normal) and
    with drift of the machine. Very heavy tails make it cautious: 97.5 % with 5 blocks and
    log-normal noise of sigma 1. Skew of the effects themselves breaks it: 82 to 87 % where only
    one arm has rare bad trials that are e times the usual and more. Signs flipped at random
    would not help, as they assume symmetry too, and with 5 blocks cannot reach 95 % at all.

    Blocks with exactly the same effect show no spread, and a zero-width interval would claim
    certainty, so there is none then. ValueError without effects.
    """
    if not effects:
        raise ValueError("an estimate needs at least one block")
    value = math.fsum(effects) / len(effects)
    if len(effects) == 1:
        return Estimate(value, None, None, 1, confidence)
    squares = math.fsum((effect - value) ** 2 for effect in effects)
    spread = math.sqrt(squares / (len(effects) - 1))
    if math.isclose(min(effects), max(effects), rel_tol=1e-12, abs_tol=1e-15):
        return Estimate(value, None, 0.0, len(effects), confidence)
    half = half_width(spread, len(effects), confidence)
    return Estimate(value, (value - half, value + half), spread, len(effects), confidence)


def half_width(spread: float, n: int, confidence: float = CONFIDENCE) -> float:
    """Half the width of the t interval over ``n`` > 1 blocks with that spread (``paired_t``)."""
    return float(stdtrit(n - 1, (1 + confidence) / 2)) * spread / math.sqrt(n)


def upper_bound_without_events(n: int, confidence: float = CONFIDENCE) -> float:
    """Upper bound of a share when none of ``n`` > 0 requests showed the event.

    Rule of three (Hanley & Lippman-Hand, JAMA 1983): 3/n at 95 %, rounded up from the exact
    1 - 0.05 ** (1/n); other levels stretch the 3 by the ratio of the logarithms. Assumes
    independent requests, which makes it a floor: failures come in clusters.
    """
    three = 3 * math.log(1 - confidence) / math.log(1 - CONFIDENCE)
    return min(1.0, three / n)


def upper_bound_of_share(k: int, n: int, confidence: float = CONFIDENCE) -> float:
    """One-sided upper bound of a share of which ``n`` > 0 trials showed ``k``.

    Clopper & Pearson (Biometrika 1934): the share at which k or fewer would be seen with
    probability 1 - confidence. Assumes independent trials.
    """
    return 1.0 if k == n else float(betaincinv(k + 1, n - k, confidence))


@dataclass(frozen=True)
class Unanimous:
    """An arm of which every request, in every block, fared the same."""

    share: float
    """0 or 1."""
    requests: int

    def bounds(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Where the true share lies: the rule of three, counted from 0 or from 1."""
        bound = upper_bound_without_events(self.requests, confidence)
        return (0.0, bound) if self.share == 0 else (1 - bound, 1.0)


def unanimous_share_difference(
    estimate: Estimate, reference: Unanimous, treatment: Unanimous
) -> Estimate:
    """The estimate with the interval of a difference of two unanimous shares.

    Such shares have no spread between blocks, so t has nothing to work with; the rule of three
    bounds each arm instead (Hanley & Lippman-Hand, JAMA 1983), assuming independent requests, and
    the difference lies between the farthest of those bounds. Where both arms agree that errs in
    5 % at most, where they are opposites in far less.
    """
    reference_low, reference_high = reference.bounds(estimate.confidence)
    treatment_low, treatment_high = treatment.bounds(estimate.confidence)
    interval = treatment_low - reference_high, treatment_high - reference_low
    return replace(estimate, interval=interval)


def within_shares(estimate: Estimate) -> Estimate:
    """The estimate with its interval cut at -1 and 1, beyond which no two shares can differ.

    t knows no bounds; cutting it loses no coverage, since the truth cannot lie in what is cut off.
    """
    if estimate.interval is None:
        return estimate
    low, high = estimate.interval
    return replace(estimate, interval=(max(-1.0, low), min(1.0, high)))


def blocks_until(
    half: float, spread: float, already: int, confidence: float = CONFIDENCE
) -> int | None:
    """Blocks, beyond those run, until the interval is expected to be ``half`` wide to each side.

    By Student's t with the spread seen so far, which few blocks know poorly; it aims at the width
    and promises no power (``analysis.power`` does). None beyond ``MOST_BLOCKS``.
    """
    candidates = range(max(2, already + 1), MOST_BLOCKS + 1)
    narrow = bisect_left(
        candidates, x=True, key=lambda n: half_width(spread, n, confidence) <= half
    )
    return candidates[narrow] - already if narrow < len(candidates) else None
