"""One scenario in several sessions: hours differ, and a verdict should survive them. Pure."""

import math
from collections.abc import Sequence
from statistics import fmean, variance

from scipy.special import stdtrit

from analysis.signs import sign_flip_p
from analysis.statistics import CONFIDENCE, Estimate, spread_of

FEWEST_SESSIONS = 3
"""Two hours do not tell how far hours differ."""
APART_S = 3600.0
"""Seconds from the start of one session to that of the next, at least."""


def across_sessions(
    estimates: Sequence[Estimate], effects: Sequence[float], confidence: float = CONFIDENCE
) -> Estimate:
    """The effect over sessions by a model of random effects, and what another session may show.

    Each session (its own ``Estimate``) weighs the same, as each has as many blocks; their mean has
    an interval by Student's t over sessions, which is that of Hartung & Knapp (Statistics in
    Medicine 2001) for equal weights. Sessions that agree by luck would narrow it too far, so the
    variance between them is taken as what their blocks alone make it, at least (Knapp & Hartung,
    2003). ``prediction`` is where the effect of one more session is expected (Higgins, Thompson &
    Spiegelhalter, JRSS A 2009). ``effects`` are those of all blocks: the test of their signs stands
    beside the interval. Assumes that sessions are independent and about normal.

    ValueError for fewer than ``FEWEST_SESSIONS``.
    """
    k = len(estimates)
    if k < FEWEST_SESSIONS:
        raise ValueError("an effect over sessions takes three")
    values = [estimate.value for estimate in estimates]
    value = fmean(values)
    within = fmean((estimate.spread or 0.0) ** 2 / estimate.n for estimate in estimates)
    between = max(variance(values), within)
    t = float(stdtrit(k - 1, (1 + confidence) / 2))
    half, wide = t * math.sqrt(between / k), t * math.sqrt(between * (1 + 1 / k))
    return Estimate(
        value,
        (value - half, value + half) if half else None,
        spread_of(effects),
        len(effects),
        confidence,
        sign_flip_p(effects),
        (value - wide, value + wide) if wide else None,
    )
