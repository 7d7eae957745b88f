"""Exact tests of blocks that assume symmetry and nothing else: signs and signed ranks. Pure."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_ENUMERATED = 40
"""Blocks; their two halves have a million sums each. More are drawn."""
DRAWS = 100_000
SEED = 1935
ROUNDING = 1e-9
"""Relative: sums of the same effects in another order count as equal."""


def sign_flip_p(effects: Sequence[float]) -> float:
    """Two-sided p of the test that gives each block's effect a random sign.

    Fisher, *The Design of Experiments*, 1935: if the arms do not differ, either sign of a block's
    effect was as likely as the other. p is the share of all 2**n choices of signs whose sum lies as
    far from zero as the one that was seen, so 2 / 2**n at least: 0.0625 with five blocks, 0.031
    with six. Assumes that blocks are independent and that, without an effect, theirs lie
    symmetrically about zero; no shape beyond that. Beyond ``MOST_ENUMERATED`` blocks signs are
    drawn (seeded), and what was seen counts as one of the draws, which keeps the level (Phipson &
    Smyth, 2010). 1 without effects.
    """
    values = np.asarray(effects, dtype=np.float64)
    slack = ROUNDING * float(np.abs(values).sum())
    seen = abs(math.fsum(effects)) - slack
    if seen <= 0:
        return 1.0
    if len(values) > MOST_ENUMERATED:
        signs = np.random.default_rng(SEED).choice((-1.0, 1.0), (DRAWS, len(values)))
        return float((np.abs(signs @ values) >= seen).sum() + 1) / (DRAWS + 1)
    ones, others = np.array_split(values, 2)
    right = np.sort(_sums(others))
    beyond = len(right) - np.searchsorted(right, seen - _sums(ones), side="left")
    return float(2 * beyond.sum()) / 2.0 ** len(values)


def _sums(values: Floats) -> Floats:
    """Of all choices of signs."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate((sums - value, sums + value))
    return sums


def walsh_averages(effects: Sequence[float]) -> list[float]:
    """Means of all pairs of effects, of each with itself too; ascending."""
    return sorted((one + other) / 2 for one, other in combinations_with_replacement(effects, 2))


def signed_rank_quantile(n: int, tail: float) -> int:
    """How many Walsh averages of ``n`` blocks lie outside of each end of the interval, and one.

    The largest k for which the signed-rank statistic is below k with a probability of at most
    ``tail``; 0 when even the whole range of the averages errs more often than that.
    """
    return bisect_left(_signed_rank_below(n), x=tail * (1 + ROUNDING), lo=0)


@lru_cache
def _signed_rank_below(n: int) -> tuple[float, ...]:
    """P(W <= w) for w = 0, 1, ...: which of the ranks 1 to ``n`` are positive is chance."""
    counts = np.array([1.0])
    for rank in range(1, n + 1):
        larger = np.concatenate((np.zeros(rank), counts))
        counts = (np.concatenate((counts, np.zeros(rank))) + larger) / 2
    return tuple(np.cumsum(counts).tolist())
