"""The impact of an incident on the clients of one trial."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.recovery.budget import budget_minutes
from analysis.recovery.clients import Clients, Floats, clients_of
from analysis.recovery.control import detected_s, recovered_s, tolerated_share
from analysis.recovery.incident import Incident
from analysis.recovery.losses import (
    AtRest,
    Lost,
    at_rest,
    journeys_lost,
    largest_backlog,
    requests_lost,
)
from analysis.recovery.own import own_features
from analysis.windows import Window

LEAD_S = 5
"""Seconds before the injection that are shown."""


@dataclass(frozen=True)
class Impact:
    """What clients saw of an incident from its begin to the recovery.

    Where no recovery was seen, to the end of its follow-up.
    """

    incident: Incident
    felt_after_s: float | None
    """From the injection to the first bad request that a client saw; None: not beyond chance."""
    recovered_after_s: float | None
    """From the roll-back on; None: not within ``watched_s``."""
    own: Lost
    """Requests for the features of the struck roles."""
    others: Lost
    """Requests for all other features."""
    journeys: Lost
    after: Lost
    """Requests since the roll-back began: what was still lost when the fault had gone."""
    due: int
    """Requests as long as it was followed, whether the store recovered early or late."""
    backlog: int
    """Most requests in flight at once."""
    backlog_at_rest: int
    budget_minutes: float | None
    """None when the objective has no error budget."""
    good_share: Floats
    """In each whole second from ``LEAD_S`` before the injection on; NaN where none was due."""

    @property
    def watched_s(self) -> float:
        """For how long the recovery was watched."""
        return self.incident.until_s - self.incident.lifting_s

    @property
    def lost(self) -> float:
        """Requests lost, of all features."""
        return self.own.beyond + self.others.beyond

    @property
    def lost_share(self) -> float:
        """Requests lost, of those due as long as it was followed; 0 when none was due."""
        return self.lost / self.due if self.due else 0.0


def impacts_of(
    rows: pd.DataFrame,
    incidents: Sequence[Incident],
    baselines: Sequence[Window],
    good_share: float,
    features: Collection[str] = (),
) -> list[Impact]:
    """The impact of each incident on requests of some features, of all if none is named.

    ``rows`` are judged, ``good_share`` is the objective. Empty when no request was due in a
    baseline: without one, nothing tells what is normal.
    """
    if not incidents:
        return []
    clients = clients_of(rows, [incident.begins_s for incident in incidents], features)
    rest = at_rest(clients, baselines)
    if not rest.requests:
        return []
    return list(_each(clients, incidents, rest, good_share))


def _each(
    clients: Clients, incidents: Sequence[Incident], rest: AtRest, good_share: float
) -> Iterator[Impact]:
    tolerated = tolerated_share(good_share, rest.bad_share)
    for incident in incidents:
        whole = incident.begins_s, incident.until_s
        seen_s = detected_s(clients, *whole, tolerated)
        back_s = recovered_s(clients, incident.lifting_s, incident.until_s, tolerated)
        ends_s = incident.until_s if back_s is None else back_s
        during = incident.begins_s, ends_s
        own, others = _by_whose(requests_lost(clients, during, rest), incident)
        after = requests_lost(clients, (incident.lifting_s, ends_s), rest)
        yield Impact(
            incident=incident,
            felt_after_s=None if seen_s is None else max(0.0, seen_s - incident.injected_s),
            recovered_after_s=None if back_s is None else back_s - incident.lifting_s,
            own=own,
            others=others,
            journeys=journeys_lost(clients, during, rest),
            after=sum(after.values(), start=Lost()),
            due=clients.count(whole),
            backlog=largest_backlog(clients, during),
            backlog_at_rest=rest.largest_backlog,
            budget_minutes=budget_minutes(clients, during, good_share) if good_share < 1 else None,
            good_share=_good_share(clients, incident),
        )


def _by_whose(lost: Mapping[str, Lost], incident: Incident) -> tuple[Lost, Lost]:
    """Requests for the own features of what was struck, and all others."""
    own = own_features(incident.targets)
    return (
        sum((each for name, each in lost.items() if name in own), start=Lost()),
        sum((each for name, each in lost.items() if name not in own), start=Lost()),
    )


def _good_share(clients: Clients, incident: Incident) -> Floats:
    start_s = incident.injected_s - LEAD_S
    seconds = np.arange(math.floor(incident.until_s - start_s) + 1, dtype=np.float64)
    index = clients.index(start_s + seconds)
    n, bad = np.diff(index), np.diff(clients.bad_before[index])
    share: Floats = np.divide(n - bad, n, out=np.full(len(n), np.nan), where=n > 0)
    return share
