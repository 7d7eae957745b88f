"""How well the number of instances follows what is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.scaling.decisions import Decision
from analysis.windows import Window

Floats = NDArray[np.float64]
LOOKS_PER_S = 20


@dataclass(frozen=True)
class Provisioning:
    """Instance-seconds."""

    under: float = 0.0
    """Fewer instances than were asked for."""
    over: float = 0.0
    """More of them."""

    def __add__(self, other: "Provisioning") -> "Provisioning":
        return Provisioning(self.under + other.under, self.over + other.over)


def provisioning(
    samples: pd.DataFrame, decisions: Sequence[Decision], role: str, window: Window
) -> Provisioning:
    """The areas between the instances of a role that serve and those that its metric asks for.

    Accuracy of elasticity: Herbst, Kounev & Reussner, "Elasticity in Cloud Computing", ICAC 2013,
    as endorsed by the SPEC RG Cloud Working Group; not divided by time. There, demand is known
    from measurements of capacity; here it is what the autoscaler's own metric asks for. That is
    late by the age of its readings, and too little while CPU is saturated: use cannot exceed the
    quota, so each sync asks for 1 / target as many at most. Nothing is counted before the first
    decision.
    """
    at_s, each_s = _looks(window)
    gap = asked_for(decisions, role, at_s) - serving(samples, role, at_s)
    known = gap[~np.isnan(gap)] * each_s
    return Provisioning(float(known[known > 0].sum()), float(-known[known < 0].sum()))


def asked_for(decisions: Sequence[Decision], role: str, at_s: Floats) -> Floats:
    """Instances that the metric asked for last; NaN before the first decision."""
    own = [decision for decision in decisions if decision.role == role]
    since_s = np.array([decision.at_s for decision in own])
    numbers = np.array([np.nan, *(decision.recommended for decision in own)])
    return np.asarray(numbers[np.searchsorted(since_s, at_s, side="right")], dtype=np.float64)


def serving(samples: pd.DataFrame, role: str, at_s: Floats) -> Floats:
    """Instances of a role that serve, in a straight line between samples; NaN where unknown."""
    rows = samples[samples["role"] == role].dropna(subset=["ready"]).sort_values("t_s")
    if rows.empty:
        return np.full(len(at_s), np.nan)
    t_s, ready = rows["t_s"].to_numpy(np.float64), rows["ready"].to_numpy(np.float64)
    return np.asarray(np.interp(at_s, t_s, ready), dtype=np.float64)


def _looks(window: Window) -> tuple[Floats, float]:
    """Middles of equal pieces of a window, and how long each piece is."""
    start_s, end_s = window
    pieces = max(1, round((end_s - start_s) * LOOKS_PER_S))
    each_s = (end_s - start_s) / pieces
    middles = np.asarray(start_s + (np.arange(pieces) + 0.5) * each_s, dtype=np.float64)
    return middles, each_s
