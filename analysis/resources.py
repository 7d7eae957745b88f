"""CPU and memory of a trial from its samples."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.outside import OUTSIDE
from analysis.windows import Window, within


def store_roles(samples: pd.DataFrame) -> list[str]:
    """Roles that the store needs to run: its processes, the edge and the database."""
    return sorted(role for role in samples["role"].unique() if role not in OUTSIDE)


def grown(
    samples: pd.DataFrame, role: str, column: str, at_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much a cumulative column of a role had grown by each instant, interpolated.

    A counter that falls has started anew with its process; only its growth counts.
    """
    chosen = (samples["role"] == role).to_numpy()
    t_s = samples["t_s"].to_numpy(np.float64)[chosen]
    order = np.argsort(t_s, kind="stable")
    totals = samples[column].to_numpy(np.float64)[chosen][order]
    growth = np.clip(np.diff(totals, prepend=0.0), 0.0, None)
    growth[:1] = 0.0
    total = np.interp(at_s, t_s[order], np.cumsum(growth))
    return np.asarray(total, dtype=np.float64)


def growth_in(samples: pd.DataFrame, role: str, column: str, window: Window) -> float:
    """Growth of a cumulative column of a role within a window."""
    start, end = grown(samples, role, column, np.array(window, dtype=np.float64))
    return float(end - start)


def cpu_s_by_role(samples: pd.DataFrame, *windows: Window) -> dict[str, float]:
    """CPU seconds that each role of the store used within some windows."""
    return {
        role: sum(growth_in(samples, role, "cpu_s", window) for window in windows)
        for role in store_roles(samples)
    }


def memory_mb_by_role(samples: pd.DataFrame, *windows: Window) -> dict[str, float]:
    """Mean memory of each role of the store within those windows that have samples of it."""
    times_s = samples["t_s"].to_numpy(np.float64)
    inside = np.logical_or.reduce([within(times_s, window) for window in windows])
    means = samples["memory_mb"][inside].groupby(samples["role"][inside], observed=True).mean()
    return {role: float(means[role]) for role in store_roles(samples[inside])}


def rules_share(samples: pd.DataFrame, window: Window) -> float | None:
    """Share of the CPU of request handlers that went into the shared rules; None without CPU."""
    handlers = _growth_of_store(samples, "handler_cpu_s", window)
    return _growth_of_store(samples, "rules_cpu_s", window) / handlers if handlers else None


def _growth_of_store(samples: pd.DataFrame, column: str, window: Window) -> float:
    return sum(growth_in(samples, role, column, window) for role in store_roles(samples))
