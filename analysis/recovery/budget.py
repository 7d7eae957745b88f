"""The error budget that an incident used up."""

import math

import numpy as np

from analysis.recovery.clients import Clients
from analysis.windows import Window

BIN_S = 1.0


def budget_minutes(clients: Clients, window: Window, good_share: float) -> float:
    """Minutes' worth of error budget that was burnt in a window.

    The burn rate is the share of bad events divided by the share that the objective allows,
    1 - ``good_share``; at a rate of 1, a minute burns the budget of a minute (Beyer et al., *The
    Site Reliability Workbook*, 2018, chapter 5, "Alerting on SLOs"). It is integrated second by
    second, so that each second weighs the same however many requests were due in it. A second
    without a request burns nothing. ValueError when the objective allows no bad event.
    """
    if good_share >= 1:
        raise ValueError("an objective of 100 % has no error budget")
    start_s, end_s = window
    edges = np.append(start_s + BIN_S * np.arange(math.ceil((end_s - start_s) / BIN_S)), end_s)
    index = clients.index(edges)
    n, bad = np.diff(index), np.diff(clients.bad_before[index])
    bad_share = np.divide(bad, n, out=np.zeros(len(n)), where=n > 0)
    return float((bad_share * np.diff(edges)).sum() / (1 - good_share) / 60)
