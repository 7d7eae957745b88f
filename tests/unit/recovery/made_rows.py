"""Judged rows, incidents and clients with a known truth."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.recovery.clients import Bools, Floats
from analysis.recovery.impact import Impact, impacts_of
from analysis.recovery.incident import Held, Incident

RATE = 100.0
"""Requests per second, evenly spaced, each a journey of its own."""
BASELINE = (0.0, 20.0)
INJECTED_S, LIFTING_S, UNTIL_S = 20.0, 30.0, 60.0
SLO = 0.99
TOOK_S = 0.001


def times() -> Floats:
    """When requests are due: never at the very moment at which a fault begins or ends."""
    return (np.arange(RATE * UNTIL_S) + 0.5) / RATE


def rows(
    bad: Bools,
    *,
    features: Sequence[str] = ("search",),
    steps: int = 1,
    shift_s: float = 0.0,
    took_s: float = TOOK_S,
) -> pd.DataFrame:
    """One request every 10 ms; features in turn, journeys of so many steps, one after another."""
    n = len(bad)
    at_s = times() + shift_s
    return pd.DataFrame(
        {
            "seq": np.arange(n, dtype=np.int32) // steps,
            "feature": pd.Categorical([features[i % len(features)] for i in range(n)]),
            "due_s": at_s,
            "sent_s": at_s,
            "ended_s": at_s + took_s,
            "good": ~bad,
        }
    )


def incident(target: str = "search", shift_s: float = 0.0, until_s: float = UNTIL_S) -> Incident:
    injected_s, lifting_s = INJECTED_S + shift_s, LIFTING_S + shift_s
    held = Held("outage", target, (injected_s, lifting_s), injected_s, lifting_s)
    return Incident((held,), "outage", frozenset({"outage"}), 0, until_s + shift_s)


def impact(frame: pd.DataFrame, target: str = "search", shift_s: float = 0.0) -> Impact:
    """Of the one incident there is."""
    baseline = (BASELINE[0] + shift_s, BASELINE[1] + shift_s)
    (found,) = impacts_of(frame, [incident(target, shift_s)], [baseline], SLO)
    return found
