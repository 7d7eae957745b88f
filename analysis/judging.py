"""What became of each request: failed, slow or good."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.windows import Window, phase_of


def judged(rows: pd.DataFrame, windows: Mapping[str, Window], slo_ms: float) -> pd.DataFrame:
    """Rows with their phase, response time, and whether they failed, were slow, or good.

    Response time counts from the intended start, so that waiting in a queue counts. A request is
    failed when it was not answered as the contract says, slow when it was, but not within the
    objective, and good otherwise. Degraded answers are good; they are counted apart.
    """
    response_ms = (rows["ended_s"] - rows["intended_s"]) * 1000
    failed = rows["outcome"] != "ok"
    slow = ~failed & (response_ms > slo_ms)
    return rows.assign(
        phase=phase_of(rows["intended_s"].to_numpy(np.float64), windows),
        response_ms=response_ms,
        failed=failed,
        slow=slow,
        good=~failed & ~slow,
        degraded_ok=~failed & (rows["degraded"] != ""),
    )
