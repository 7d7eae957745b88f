"""Time series of an arm, second by second, over its blocks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.measured import Trial
from analysis.quantiles import quantile
from analysis.resources import grown, store_roles

Floats = NDArray[np.float64]


def per_second(times_s: pd.Series, duration_s: float, blocks: int) -> Floats:
    """Events in each second, as a mean over blocks."""
    edges = np.arange(0, np.ceil(duration_s) + 1)
    counts, _ = np.histogram(times_s.dropna().to_numpy(np.float64), bins=edges)
    return np.asarray(counts / blocks, dtype=np.float64)


def quantile_series(
    times_s: Floats, values: Floats, p: float, duration_s: float
) -> tuple[Floats, Floats]:
    """Middle of each second and the quantile of the values that fall into it.

    Seconds with too few values to know the quantile are NaN, which leaves a gap in a line.
    """
    seconds = np.arange(0, np.ceil(duration_s), dtype=np.float64)
    bins = np.floor(times_s)
    found = [quantile(values[bins == second], p) for second in seconds]
    middles = np.asarray(seconds + 0.5, dtype=np.float64)
    return middles, np.array([np.nan if q is None else q for q in found], dtype=np.float64)


def in_flight(trials: Sequence[Trial], at_s: Floats) -> Floats:
    """Requests sent and not yet ended at each instant, as a mean over blocks."""
    totals = np.zeros(len(at_s))
    for trial in trials:
        sent = trial.requests.dropna(subset=["sent_s", "ended_s"])
        begun = np.searchsorted(np.sort(sent["sent_s"].to_numpy(np.float64)), at_s, side="right")
        ended = np.searchsorted(np.sort(sent["ended_s"].to_numpy(np.float64)), at_s, side="right")
        totals += begun - ended
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
