"""What a spike adds to what a store takes, and what that is in all: quotas, memory, instances."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.resources import store_roles
from analysis.scaling.spike import Spike
from analysis.windows import Window
from experiment.phase import PlannedPhase


def added(samples: pd.DataFrame, spike: Spike, column: str) -> float | None:
    """A column of SAMPLES beyond its mean in the baselines, over time; all roles of the store.

    Below zero where the spike ends with less than the baseline had. None without a baseline, or
    where no role has the column.
    """
    by_role = added_by_role(samples, spike, column)
    return sum(by_role.values()) if by_role else None


def added_by_role(samples: pd.DataFrame, spike: Spike, column: str) -> dict[str, float]:
    """The same for each role that has the column; empty without a baseline."""
    calm_s = sum(end - start for start, end in spike.calm)
    if not calm_s:
        return {}
    start_s, end_s = spike.window
    found = {}
    for role in _roles_with(samples, column):
        usual = sum(area(samples, role, column, window) for window in spike.calm) / calm_s
        found[role] = area(samples, role, column, spike.window) - usual * (end_s - start_s)
    return found


def whole(samples: pd.DataFrame, timetable: Sequence[PlannedPhase], column: str) -> float | None:
    """A column of SAMPLES over time, from the start of the load to its end; all roles of the store.

    None where no role has the column.
    """
    window = 0.0, timetable[-1].end_s
    roles = _roles_with(samples, column)
    return sum(area(samples, role, column, window) for role in roles) if roles else None


def area(samples: pd.DataFrame, role: str, column: str, window: Window) -> float:
    """Time integral of a column of a role in a window: the trapezoidal rule between samples.

    Nobody knows when between two samples a number changed; the rule takes the middle, so that a
    change is off by half of the time between samples at most, in either direction.
    """
    start_s, end_s = window
    rows = samples[samples["role"] == role].dropna(subset=[column]).sort_values("t_s")
    t_s, values = rows["t_s"].to_numpy(np.float64), rows[column].to_numpy(np.float64)
    between_s = t_s[(t_s > start_s) & (t_s < end_s)]
    at_s = np.concatenate([[start_s], between_s, [end_s]])
    return float(np.trapezoid(np.interp(at_s, t_s, values), at_s))


def _roles_with(samples: pd.DataFrame, column: str) -> list[str]:
    known = samples[samples[column].notna()]
    return store_roles(known)
