"""The Universal Scalability Law fitted to measured capacities, where they can tell it."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.special import stdtrit

from analysis.statistics import CONFIDENCE

FEWEST_RESOURCES = 4
"""Three parameters pass through any three points."""
NEAR = 1.5
"""A peak beyond this multiple of the largest resource measured is a tale about nowhere."""
EDGE = 1e-6
"""A parameter this close to zero lies on its bound."""

Interval = tuple[float, float]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scalability:
    """A fit that the data identify. ``n`` counts resources in units of ``unit``."""

    unit: float
    """The smallest resource measured: there, n is 1."""
    rate: float
    """lambda: capacity at n = 1."""
    contention: float
    """sigma: share of the work that cannot be done side by side."""
    coherency: float
    """kappa: cost of every pair that must agree."""
    intervals: tuple[Interval, Interval, Interval]
    """95 %, of the three parameters in that order."""
    peak: float | None
    """Resources at which capacity is largest; None when ``no_peak`` says why there is none."""
    no_peak: str

    def capacity(self, resources: Floats) -> Floats:
        return law(resources / self.unit, self.rate, self.contention, self.coherency)


@dataclass(frozen=True)
class NotIdentified:
    reason: str


def law(n: Floats, rate: float, contention: float, coherency: float) -> Floats:
    """X(n) = lambda n / (1 + sigma (n - 1) + kappa n (n - 1))."""
    scaled = rate * n / (1 + contention * (n - 1) + coherency * n * (n - 1))
    return np.asarray(scaled, dtype=np.float64)


def fit(resources: Sequence[float], capacities: Sequence[float]) -> Scalability | NotIdentified:
    """Fit the law by least squares, one point per resource and block.

    Source: Gunther, "Guerrilla Capacity Planning" (Springer 2007), chapter 4; sigma between 0
    and 1, kappa not below 0. Assumes independent errors of equal size and no other bottleneck
    than the resource varied. Intervals are those of the linearised fit (t with n - 3 degrees of
    freedom); they mean nothing for a parameter on its bound, which is why none is given then.
    """
    x, y = np.asarray(resources, dtype=np.float64), np.asarray(capacities, dtype=np.float64)
    distinct = len(np.unique(x))
    if distinct < FEWEST_RESOURCES:
        return NotIdentified(
            f"{distinct} distinct resource{'s' if distinct != 1 else ''}; "
            f"three parameters need at least {FEWEST_RESOURCES}"
        )
    unit = float(x.min())
    found = _least_squares(x / unit, y)
    if isinstance(found, NotIdentified):
        return found
    values, errors = found
    half = float(stdtrit(len(x) - 3, (1 + CONFIDENCE) / 2)) * errors
    rate, contention, coherency = (float(value) for value in values)
    if contention < EDGE and coherency < EDGE:
        return NotIdentified("capacity grows in proportion: no contention or coherency is seen")
    low, high = values - half, values + half
    if high[1] - low[1] > 1:
        return NotIdentified("the interval of the contention is wider than all it can be")
    intervals = tuple((float(a), float(b)) for a, b in zip(low, high, strict=True))
    peak, no_peak = _peak(values, float(low[2]), unit, float(x.max()))
    return Scalability(unit, rate, contention, coherency, intervals, peak, no_peak)  # type: ignore[arg-type]  # three of three


def _least_squares(n: Floats, y: Floats) -> tuple[Floats, Floats] | NotIdentified:
    """Parameters and their standard errors."""
    bounds = ([0.0, 0.0, 0.0], [np.inf, 1.0, np.inf])
    guess = [float(y[n == n.min()].mean()), 0.1, 0.01]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", optimize.OptimizeWarning)
            values, covariance = optimize.curve_fit(law, n, y, p0=guess, bounds=bounds)
    except (RuntimeError, optimize.OptimizeWarning):
        return NotIdentified("the fit does not converge, or its parameters cannot be told apart")
    errors = np.sqrt(np.diag(covariance))
    if not np.isfinite(errors).all() or len(y) <= len(values):
        return NotIdentified("the parameters cannot be told apart: an interval is not finite")
    return np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64)


def _peak(
    values: Floats, lowest_coherency: float, unit: float, largest: float
) -> tuple[float | None, str]:
    """Where capacity is largest: n = sqrt((1 - sigma) / kappa); or why that is not known."""
    _, contention, coherency = values
    if coherency < EDGE or lowest_coherency <= 0:
        return None, "the coherency may be zero, so capacity may never fall"
    peak = unit * math.sqrt((1 - contention) / coherency)
    if peak > NEAR * largest:
        return None, f"it would lie beyond {NEAR:g} times the largest resource measured"
    return peak, ""
