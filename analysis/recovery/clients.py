"""What the clients of a trial saw, in the order in which it counts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.windows import Window

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Clients:
    """Requests by the moment at which they count; arrays of one length, ``at_s`` ascending."""

    at_s: Floats
    seen_s: Floats
    """When the client knew what became of it: its end, or when it was due if it was not sent."""
    bad: Bools
    """Failed, or slower than the objective."""
    feature: NDArray[np.integer[Any]]
    """Index into ``features``."""
    features: tuple[str, ...]
    journey: NDArray[np.integer[Any]]
    sent_s: Floats
    """Ascending and without those that were never sent; so is ``ended_s``."""
    ended_s: Floats

    @cached_property
    def bad_before(self) -> NDArray[np.int64]:
        """Bad requests among the first so many."""
        return np.concatenate([[0], np.cumsum(self.bad)])

    def index(self, at_s: Floats) -> NDArray[np.int64]:
        """Requests that count before each instant."""
        return np.searchsorted(self.at_s, at_s)

    def within(self, window: Window) -> slice:
        """Requests that count in a window."""
        first, end = self.index(np.array(window))
        return slice(int(first), int(end))

    def count(self, window: Window) -> int:
        """How many requests count in a window."""
        return len(self.at_s[self.within(window)])


def clients_of(
    rows: pd.DataFrame, begins_s: Sequence[float], features: Collection[str] = ()
) -> Clients:
    """The requests of judged rows, of all features if none is named.

    A request counts when it was due (``due_s``). If it was still under way when an incident began
    (``begins_s``, ascending), it counts from then: what a crash broke off was due before it.
    """
    if features:
        rows = rows[rows["feature"].isin(features)]
    due_s = rows["due_s"].to_numpy(np.float64)
    sent_s, ended_s = (rows[c].to_numpy(np.float64) for c in ("sent_s", "ended_s"))
    seen_s = np.where(np.isnan(ended_s), due_s, ended_s)
    at_s = _counted_s(due_s, seen_s, np.array(begins_s, dtype=np.float64))
    order = np.argsort(at_s, kind="stable")
    whole = ~(np.isnan(sent_s) | np.isnan(ended_s))
    named = rows["feature"].cat
    return Clients(
        at_s=at_s[order],
        seen_s=seen_s[order],
        bad=~rows["good"].to_numpy(np.bool_)[order],
        feature=named.codes.to_numpy()[order],
        features=tuple(map(str, named.categories)),
        journey=rows["seq"].to_numpy()[order],
        sent_s=np.sort(sent_s[whole], kind="stable"),
        ended_s=np.sort(ended_s[whole], kind="stable"),
    )


def _counted_s(due_s: Floats, seen_s: Floats, begins_s: Floats) -> Floats:
    last = np.searchsorted(begins_s, seen_s, side="right")
    counted_s: Floats = np.maximum(due_s, np.concatenate([[-np.inf], begins_s])[last])
    return counted_s
