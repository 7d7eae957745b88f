"""What became of each request: failed, slow or good."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.windows import Window, phase_of

Floats = NDArray[np.float64]


def judged(rows: pd.DataFrame, windows: Mapping[str, Window], slo_ms: float) -> pd.DataFrame:
    """Rows with their phase, response time, and whether they failed, were slow, or good.

    Response time counts from when a request was due, so that waiting in a queue counts. A request
    is failed when it was not answered as the contract says, slow when it was, but not within the
    objective, and good otherwise. Degraded answers are good; they are counted apart.

    ``due_s`` is when it counts, for its phase too: ``intended_s``, its planned time or, if that is
    later, the end of the step before it. A step that was skipped counts when the step was due that
    broke its journey. Otherwise what a fault broke would be booked on the phase that comes after.
    """
    response_ms = (rows["ended_s"] - rows["intended_s"]) * 1000
    failed = rows["outcome"] != "ok"
    slow = ~failed & (response_ms > slo_ms)
    due_s = _due_s(rows)
    return rows.assign(
        due_s=due_s,
        phase=phase_of(due_s, windows),
        response_ms=response_ms,
        failed=failed,
        slow=slow,
        good=~failed & ~slow,
        degraded_ok=~failed & (rows["degraded"] != ""),
    )


def _due_s(rows: pd.DataFrame) -> Floats:
    due_s = rows["intended_s"].to_numpy(np.float64, copy=True)
    skipped = (rows["outcome"] == "skipped").to_numpy()
    if not skipped.any():
        return due_s
    broken = rows["seq"].isin(rows["seq"][skipped].unique()).to_numpy()
    steps = rows[broken].sort_values(["seq", "step"])
    sent_in_vain = (steps["outcome"] != "ok") & (steps["outcome"] != "skipped")
    causes_s = steps["intended_s"].where(sent_in_vain).groupby(steps["seq"]).ffill()
    causes_s = causes_s.fillna(steps["intended_s"])
    due_s[skipped] = causes_s.reindex(rows.index[skipped]).to_numpy(np.float64)
    return due_s
