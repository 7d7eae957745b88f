"""Estimates and intervals over blocks. Pure; a block is the unit, never a request."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy.special import betaincinv, stdtrit

from analysis.signs import sign_flip_p, signed_rank_quantile, walsh_averages

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """An effect over blocks with its interval, on the scale of the effects.

    The scale is that of log ratios or of differences.
    """

    value: float
    interval: tuple[float, float] | None
    """None when the blocks cannot tell: there is one, or they agree to the last digit."""
    spread: float | None
    """Standard deviation between blocks; None with one block."""
    n: int
    confidence: float = CONFIDENCE
    """Of the interval, taken by itself."""
    p: float = 1.0
    """Two-sided, of the exact test that flips the signs of the blocks (``sign_flip_p``)."""
    prediction: tuple[float, float] | None = None
    """Where the effect of another session is expected; None unless several were measured."""


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
    spread, p = spread_of(effects), sign_flip_p(effects)
    if not spread:
        return Estimate(value, None, spread, len(effects), confidence, p)
    half = half_width(spread, len(effects), confidence)
    return Estimate(value, (value - half, value + half), spread, len(effects), confidence, p)


def hodges_lehmann(effects: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """Median of the means of all pairs of blocks, with the interval of the signed-rank test.

    Hodges & Lehmann (Annals of Mathematical Statistics 1963); the interval is exact for blocks
    whose effects lie symmetrically (Conover, *Practical Nonparametric Statistics*, 1999, 5.7), and
    has no interval at 95 % below six blocks. For counts: one block with a thousand bad requests
    moves a mean and widens t without bound, and one-armed log-normal counts leave the mean's t
    interval with 70 % at any number of blocks. The value is what a usual block shows, not the mean.

    ValueError without effects.
    """
    if not effects:
        raise ValueError("an estimate needs at least one block")
    n, means = len(effects), walsh_averages(effects)
    value = (means[(len(means) - 1) // 2] + means[len(means) // 2]) / 2
    spread, rank = spread_of(effects), signed_rank_quantile(n, (1 - confidence) / 2)
    interval = (means[rank - 1], means[-rank]) if spread and rank else None
    return Estimate(value, interval, spread, n, confidence, sign_flip_p(effects))


def spread_of(effects: Sequence[float]) -> float | None:
    """Standard deviation between blocks; 0 where all agree to the last digit, None for one."""
    if len(effects) == 1:
        return None
    if math.isclose(min(effects), max(effects), rel_tol=1e-12, abs_tol=1e-15):
        return 0.0
    value = math.fsum(effects) / len(effects)
    return math.sqrt(math.fsum((effect - value) ** 2 for effect in effects) / (len(effects) - 1))


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
    return replace(
        estimate,
        interval=_cut(estimate.interval),
        prediction=_cut(estimate.prediction) if estimate.prediction else None,
    )


def _cut(interval: tuple[float, float]) -> tuple[float, float]:
    return max(-1.0, interval[0]), min(1.0, interval[1])
