"""Which phase a row belongs to."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Window = tuple[float, float]
"""Start (included) and end (not included) in seconds from the start of the load."""


def phase_of(times_s: NDArray[np.float64], windows: Mapping[str, Window]) -> "pd.Categorical[str]":
    """The phase that each instant lies in; missing for instants outside all phases.

    A request belongs to the phase in which it was due, not to the one in which it ended:
    otherwise a slow answer would be booked on the phase that comes after the trouble.
    """
    starts = np.array([start for start, _ in windows.values()])
    codes = np.searchsorted(starts, times_s, side="right") - 1
    end = max(end for _, end in windows.values())
    codes[times_s >= end] = -1
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(windows)), ordered=True)


def within(times_s: NDArray[np.float64], window: Window) -> NDArray[np.bool_]:
    """Which instants lie in the window."""
    return (times_s >= window[0]) & (times_s < window[1])
