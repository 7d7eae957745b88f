"""How much error each look at the data may spend, when a run may stop at several. Pure.

The rule is declared before the run: group-sequential repeated confidence intervals (Jennison &
Turnbull, "Group Sequential Methods with Applications to Clinical Trials", 2000, chapter 9) with an
error spending function of O'Brien-Fleming type (Lan & DeMets, Biometrika 1983). Their boundaries
are usually computed for normal statistics and carried over to t by equal significance levels. With
6 to 20 blocks that spends up to 5.5 instead of 5 %, so the boundaries are computed for t itself.
"""

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from analysis.statistics import CONFIDENCE

Floats = NDArray[np.float64]

CELLS = 160
"""Cells of the grid; three times as many change no level by more than 1.5 % of itself."""

FARTHEST = 6.0
"""Where the grid ends. The statistic is about standard normal, and nothing is lost beyond."""


def spent_by(share: float) -> float:
    """Two-sided error spent when ``share`` (0 < share <= 1) of the planned blocks is measured.

    Lan & DeMets' approximation of O'Brien & Fleming: little at first, all of it at the end.
    """
    return float(2 * ndtr(ndtri((1 - CONFIDENCE) / 2) / math.sqrt(share)))


def level_of_pool(runs: int) -> float:
    """Two-sided level of the verdict on that number of pooled runs: half of what one fewer have.

    Nobody declared how many there would be, so each pool spends half of the error that is left:
    2.5 % with two runs, 1.25 % with three, and 5 % in all, however long somebody goes on
    (Bonferroni). The first run's own verdict is not among them. Three sessions are what a headline
    takes by rule; they count as the first.
    """
    return (1 - CONFIDENCE) / float(2 ** (runs - 1))


@lru_cache
def nominal_levels(looks: tuple[int, ...]) -> tuple[float, ...]:
    """Two-sided level of Student's t at each look, so that all looks together err in 5 %.

    ``looks`` are numbers of blocks, rising, the first at least 2. The interval of look k has the
    confidence 1 - level[k]; all intervals together hold the truth with probability 95 %, whatever
    the rule by which somebody stops. Assumes independent blocks and normal effects; then it is
    exact but for the grid.

    Method: recursive numerical integration (Armitage, McPherson & Rowe, JRSS A 1969), here of
    a = sum / root of the sum of squares of the centred effects. Direction and length of a normal
    sample are independent, so a is a Markov chain: a' = a cos(phi) + sin(phi), where
    tan(phi) times the root of n has Student's t distribution with n degrees of freedom.
    """
    increments = np.diff([spent_by(n / looks[-1]) for n in looks], prepend=0.0)
    levels = [float(increments[0])]
    grid, mass = _first(looks[0], levels[0])
    for (before, n), spend in zip(pairwise(looks), increments[1:], strict=True):
        for blocks in range(before, n - 1):
            grid, mass = _step(grid, mass, blocks, _reach(blocks + 1))
        bound = _boundary(grid, mass, n - 1, float(spend))
        levels.append(_level(bound, n))
        grid, mass = _step(grid, mass, n - 1, bound)
    return tuple(levels)


def _first(n: int, level: float) -> tuple[Floats, Floats]:
    """Midpoints and masses of abs(a) after ``n`` blocks, of the experiments that go on."""
    bound = _statistic(float(stdtrit(n - 1, 1 - level / 2)), n)
    edges = np.linspace(0, min(bound, _reach(n)), CELLS + 1)
    below = stdtr(n - 1, edges * math.sqrt(n - 1) / np.sqrt(np.maximum(n - edges**2, 1e-300)))
    return (edges[1:] + edges[:-1]) / 2, 2 * np.diff(below)


def _step(grid: Floats, mass: Floats, n: int, bound: float) -> tuple[Floats, Floats]:
    """From ``n`` blocks to one more; what ends beyond ``bound`` is left out."""
    edges = np.linspace(0, bound, CELLS + 1)
    return (edges[1:] + edges[:-1]) / 2, np.diff(mass @ _within(grid, edges, n))


def _boundary(grid: Floats, mass: Floats, n: int, spend: float) -> float:
    """The bound that ``spend`` of all experiments cross at the block after the ``n``-th."""
    from scipy.optimize import brentq  # noqa: PLC0415 - takes long, and few runs may stop early

    def beyond(bound: float) -> float:
        inside = mass @ _within(grid, np.array([bound]), n)
        return float(mass.sum() - inside[0]) - spend

    return float(brentq(beyond, 1e-6, math.sqrt(n + 1)))


def _within(grid: Floats, bounds: Floats, n: int) -> Floats:
    """P(abs(a') <= bound) after one more block: a row per a, a column per bound."""
    return _below(grid, bounds, n) - _below(grid, -bounds, n)


def _below(grid: Floats, bounds: Floats, n: int) -> Floats:
    """P(a' <= bound), where a' = root(1 + a**2) sin(phi + psi) and tan(psi) = a."""
    psi = np.arctan(grid)[:, None]
    beta = np.arcsin(np.clip(bounds / np.sqrt(1 + grid[:, None] ** 2), -1, 1))
    return (
        _phi_below(beta - psi, n)
        + (1 - _phi_below(math.pi - beta - psi, n))
        - _phi_below(-math.pi - beta - psi, n)
    )


def _phi_below(phi: Floats, n: int) -> Floats:
    right = math.pi / 2
    return np.asarray(stdtr(n, math.sqrt(n) * np.tan(np.clip(phi, -right, right))))


def _reach(n: int) -> float:
    return min(math.sqrt(n), FARTHEST)


def _statistic(t: float, n: int) -> float:
    """A that belongs to Student's t of ``n`` blocks."""
    return t * math.sqrt(n) / math.sqrt(n - 1 + t * t)


def _level(bound: float, n: int) -> float:
    t = bound * math.sqrt(n - 1) / math.sqrt(n - bound * bound)
    return float(2 * stdtr(n - 1, -t))
