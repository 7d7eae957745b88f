"""What resilience policies did in a trial, from the counters of its processes."""

import numpy as np
import pandas as pd

from analysis.resources import grown, store_roles
from analysis.windows import Window


def are_counted(samples: pd.DataFrame) -> bool:
    """Whether the record is of a version that counts."""
    return bool(samples["calls"].notna().any())


def counted(samples: pd.DataFrame, counter: str, role: str, *windows: Window) -> float:
    """Growth of a counter of a role within some windows."""
    mine = samples[samples["role"] == role]
    if not mine[counter].any():  # most are zero throughout
        return 0.0
    starts, ends = np.array(windows, dtype=np.float64).T
    growth = grown(mine, role, counter, ends) - grown(mine, role, counter, starts)
    return float(growth.sum())


def amplification(samples: pd.DataFrame, *windows: Window) -> float | None:
    """Requests that were sent per call that was wanted, over all roles; None without calls."""
    calls, attempts = (
        sum(counted(samples, counter, role, *windows) for role in store_roles(samples))
        for counter in ("calls", "attempts")
    )
    return attempts / calls if calls else None
