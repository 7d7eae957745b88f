"""Whether the objective held in a probe, from its raw rows."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.judging import judged
from analysis.series import Floats
from analysis.windows import Window
from analysis.wording import percent
from experiment.scenario import Slo

MEASURE_POINTS = 200
"""Instants at which the number in flight is read in each quarter."""

SIGMAS = 3.0


@dataclass(frozen=True)
class Judgement:
    """The objective in one probe."""

    holds: bool
    good_share: float
    """Answered correctly within the objective's latency, of the requests due in the window."""
    n: int
    """Requests due in the window."""
    backlog: "Backlog"
    reasons: tuple[str, ...]
    """Why it does not hold, each a clause; empty when it holds."""


@dataclass(frozen=True)
class Backlog:
    """Requests due and not yet ended, mean over the first and the last quarter of a window."""

    first: float
    last: float
    allowed: float
    """Growth that chance explains."""

    @property
    def grows(self) -> bool:
        return self.last - self.first > self.allowed


def judge_objective(rows: pd.DataFrame, window: Window, slo: Slo) -> Judgement:
    """Judge the requests due in ``window``: enough of them good, and no growing backlog.

    ``rows`` are all of the trial (``experiment.rows.REQUESTS``). The share is compared as it is;
    a window with few requests decides by few of them.
    """
    due = judged(rows, {"window": window}, slo.latency_ms)
    due = due[due["phase"] == "window"]
    good = float(due["good"].mean()) if len(due) else 0.0
    backlog = backlog_in(rows, window)
    reasons = []
    if not len(due):
        reasons.append("no request was due")
    elif good < slo.good_share:
        reasons.append(f"{percent(good)} of {len(due):,} requests were good")
    if backlog.grows:
        reasons.append(
            f"the backlog grew from {backlog.first:.0f} to {backlog.last:.0f} requests"
            f" (chance explains {backlog.allowed:.0f})"
        )
    return Judgement(not reasons, good, len(due), backlog, tuple(reasons))


def backlog_in(rows: pd.DataFrame, window: Window) -> Backlog:
    """How the number of requests in flight changed from the first quarter to the last.

    By Little's law (Little 1961) a store that keeps up has, on average, arrival rate times
    response time requests in flight, the same number in every quarter; one that does not keep up
    has more and more. Where arrivals are a Poisson process and requests do not wait for each
    other, the number in flight is a Poisson variable (M/G/infinity): its variance is its mean L,
    that of the difference of two quarters at most 2 L. Growth beyond three standard deviations
    is a backlog. Close to the limit requests do wait for each other and their number varies more
    than that, so the rule may see a backlog that a longer window would see go away: it errs
    towards the smaller capacity.
    """
    sent = rows.dropna(subset=["sent_s", "ended_s"])
    begun = np.sort(sent["intended_s"].to_numpy(np.float64))
    ended = np.sort(sent["ended_s"].to_numpy(np.float64))
    start, end = window
    quarter = (end - start) / 4
    first = _mean_in_flight(begun, ended, (start, start + quarter))
    last = _mean_in_flight(begun, ended, (end - quarter, end))
    mean = max(1.0, _mean_in_flight(begun, ended, window))
    return Backlog(first, last, SIGMAS * math.sqrt(2 * mean))


def _mean_in_flight(begun: Floats, ended: Floats, window: Window) -> float:
    at_s = np.linspace(*window, MEASURE_POINTS, endpoint=False)
    counts = np.searchsorted(begun, at_s, side="right") - np.searchsorted(ended, at_s, "right")
    return float(np.mean(counts))
