"""Figures with intervals over starts. Pure; a start is the unit, never a round or a call."""

import math
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from analysis.statistics import Estimate, paired_t

FEWEST_STARTS = 3
"""Two tell nothing of their spread: an interval from them is 13 standard deviations wide."""


class Figure(BaseModel):
    """A mean over starts and its 95 % interval."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float
    low: float | None = None
    """None, as ``high``, when the starts cannot tell."""
    high: float | None = None
    starts: int

    def as_text(self, digits: int = 3) -> str:
        if self.low is None or self.high is None:
            return f"{self.value:.{digits}f}"
        return f"{self.value:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def mean(values: Sequence[float], most: float = math.inf) -> Figure:
    """Of times, rates and shares: the interval, not the mean, ends at zero and at ``most``."""
    found = _figure(paired_t(values), lambda value: value)
    if found.low is None or found.high is None:
        return found
    within = {"low": max(0.0, found.low), "high": min(most, found.high)}
    return found.model_copy(update=within)


def difference(more: Sequence[float], less: Sequence[float]) -> Figure:
    """Mean of ``more`` - ``less`` over starts, paired: Student's t (``paired_t``)."""
    differences = [one - other for one, other in zip(more, less, strict=True)]
    return _figure(paired_t(differences), lambda value: value)


def ratio(over: Sequence[float], under: Sequence[float]) -> Figure:
    """Geometric mean of ``over`` / ``under`` over starts, paired: Student's t on log ratios."""
    logs = [math.log(one / other) for one, other in zip(over, under, strict=True)]
    return _figure(paired_t(logs), math.exp)


def _figure(estimate: Estimate, scale: Callable[[float], float]) -> Figure:
    known = estimate.interval if estimate.n >= FEWEST_STARTS else None
    low, high = map(scale, known) if known else (None, None)
    return Figure(value=scale(estimate.value), low=low, high=high, starts=estimate.n)
