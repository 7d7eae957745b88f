"""How long, and for how many requests, the objective was missed after a spike began."""

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from analysis.recovery.clients import clients_of
from analysis.recovery.control import recovered_s
from analysis.windows import Window


@dataclass(frozen=True)
class Missed:
    """What clients saw in a window."""

    due: int
    bad: int
    """Failed, or slower than the objective."""
    holds_after_s: float | None
    """From the begin of the window until the objective holds for good; None: not within it."""
    watched_s: float


def missed(
    rows: pd.DataFrame, window: Window, good_share: float, features: Collection[str] = ()
) -> Missed:
    """What became of the requests of some features due in a window, of all if none is named.

    The objective holds where neither the next two seconds nor all that follows has more bad
    requests than it allows and chance explains (``analysis.recovery.control``).
    """
    start_s, end_s = window
    clients = clients_of(rows, (), features)
    back_s = recovered_s(clients, start_s, end_s, 1 - good_share)
    here = clients.within(window)
    return Missed(
        due=clients.count(window),
        bad=int(clients.bad[here].sum()),
        holds_after_s=None if back_s is None else back_s - start_s,
        watched_s=end_s - start_s,
    )
