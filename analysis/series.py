"""Time series of an arm, second by second, over its blocks."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.cells import split_by
from analysis.quantiles import quantile
from analysis.resources import grown, store_roles
from analysis.trial import Trial

Floats = NDArray[np.float64]


def per_second(times_s: Sequence[Floats], duration_s: float) -> Floats:
    """Events in each second, as a mean over blocks; ``times_s`` holds those of each block."""
    seconds = math.ceil(duration_s)
    counts = np.zeros(seconds)
    for times in times_s:
        inside = times[(times >= 0) & (times < seconds)]
        counts += np.bincount(inside.astype(np.int32), minlength=seconds)
    return counts / len(times_s)


def quantile_series(
    times_s: Floats, values: Floats, ps: Sequence[float], duration_s: float
) -> tuple[Floats, list[Floats]]:
    """Middle of each second and, for each of ``ps``, the quantile of the values that fall into it.

    Seconds with too few values to know the quantile are NaN, which leaves a gap in a line.
    """
    seconds = math.ceil(duration_s)
    inside = (times_s >= 0) & (times_s < seconds)
    codes = times_s[inside].astype(np.min_scalar_type(seconds))
    parts = split_by(codes, values[inside], seconds)
    found = [[_or_nan(quantile(part, p)) for part in parts] for p in ps]
    middles = np.arange(seconds, dtype=np.float64) + 0.5
    return middles, [np.array(line, dtype=np.float64) for line in found]


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def in_flight(trials: Sequence[Trial], at_s: Floats) -> Floats:
    """Requests sent and not yet ended at each instant (ascending), as a mean over blocks."""
    totals = np.zeros(len(at_s))
    for trial in trials:
        sent_s = trial.requests["sent_s"].to_numpy(np.float64)
        ended_s = trial.requests["ended_s"].to_numpy(np.float64)
        whole = ~(np.isnan(sent_s) | np.isnan(ended_s))
        for times, change in ((sent_s, 1), (ended_s, -1)):
            since = np.searchsorted(at_s, times[whole])  # the first instant that sees it
            totals += change * np.cumsum(np.bincount(since, minlength=len(at_s) + 1)[:-1])
    return totals / len(trials)


def cpu_cores(trials: Sequence[Trial], duration_s: float) -> dict[str, Floats]:
    """CPU cores that each role of the store used in each second, as a mean over blocks."""
    edges = np.arange(0, np.ceil(duration_s) + 1, dtype=np.float64)
    roles = sorted({role for trial in trials for role in store_roles(trial.samples)})
    return {
        role: np.mean([np.diff(grown(t.samples, role, "cpu_s", edges)) for t in trials], axis=0)
        for role in roles
    }


def instances(trials: Sequence[Trial], role: str, at_s: Floats) -> Floats | None:
    """Instances of a role at each instant, mean over blocks; None if it has none."""
    found = []
    for trial in trials:
        rows = trial.samples[trial.samples["role"] == role].sort_values("t_s")
        if rows.empty:
            return None
        latest = np.searchsorted(rows["t_s"].to_numpy(np.float64), at_s, side="right") - 1
        found.append(rows["instances"].to_numpy(np.float64)[np.clip(latest, 0, None)])
    return np.asarray(np.mean(found, axis=0), dtype=np.float64)
