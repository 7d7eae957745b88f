"""When a store is in control: no more bad requests than chance explains."""

from dataclasses import dataclass

import numpy as np

from analysis.recovery.clients import Bools, Clients, Floats

SUSTAINED_S = 2.0
"""A store is judged by what becomes of the requests of so many seconds."""
SIGMAS = 3.0
WORSE_THAN_AT_REST = 0.01


@dataclass(frozen=True)
class Course:
    """Moments of a stretch of time, ascending, and which of them are out of control."""

    at_s: Floats
    out: Bools


def tolerated_share(good_share: float, bad_at_rest: float) -> float:
    """Share of bad requests that counts as normal.

    What the objective (``good_share``) allows; but no more than ``WORSE_THAN_AT_REST`` beyond what
    the store had without a fault, where the objective asks for less than the store can do.
    """
    return min(1 - good_share, bad_at_rest + WORSE_THAN_AT_REST)


def most_by_chance(n: Floats, bad_share: float) -> Floats:
    """Most bad requests among ``n`` that chance explains where ``bad_share`` is tolerated.

    Upper control limit of a p-chart, three standard deviations of a binomial count (Shewhart,
    *Economic Control of Quality of Manufactured Product*, 1931). Assumes independent requests;
    they come in clusters, so the limit is on the strict side.
    """
    limit: Floats = n * bad_share + SIGMAS * np.sqrt(n * bad_share * (1 - bad_share))
    return limit


def course(clients: Clients, since_s: float, until_s: float, bad_share: float) -> Course:
    """Which moments from ``since_s`` on are out of control.

    A moment is, when the requests of the next ``SUSTAINED_S``, or all those from it to
    ``until_s``, hold more bad ones than chance explains. The moments are those at which a request
    is due and a whole window is left, and both ends of that range.
    """
    last_s = max(since_s, until_s - SUSTAINED_S)
    due_s = clients.at_s[clients.within((since_s, last_s))]
    at_s = np.concatenate([[since_s], due_s, [last_s]])
    ends_s = np.minimum(at_s + SUSTAINED_S, until_s)
    rest_s = np.full(len(at_s), until_s)
    out = _exceeds(clients, at_s, ends_s, bad_share) | _exceeds(clients, at_s, rest_s, bad_share)
    return Course(at_s, out)


def _exceeds(clients: Clients, from_s: Floats, to_s: Floats, bad_share: float) -> Bools:
    first, end = clients.index(from_s), clients.index(to_s)
    bad = clients.bad_before[end] - clients.bad_before[first]
    exceeds: Bools = bad > most_by_chance((end - first).astype(np.float64), bad_share)
    return exceeds


def detected_s(clients: Clients, since_s: float, until_s: float, bad_share: float) -> float | None:
    """When a client saw the first bad request of what chance does not explain; None if never."""
    found = course(clients, since_s, until_s, bad_share)
    if not found.out.any():
        return None
    here = clients.within((float(found.at_s[found.out.argmax()]), until_s))
    return float(clients.seen_s[here][clients.bad[here]].min())


def recovered_s(clients: Clients, since_s: float, until_s: float, bad_share: float) -> float | None:
    """The first moment from ``since_s`` from which on all moments to ``until_s`` are in control.

    None when there is none, or when less than ``SUSTAINED_S`` was watched.
    """
    if until_s - since_s < SUSTAINED_S:
        return None
    found = course(clients, since_s, until_s, bad_share)
    bad_moments = np.flatnonzero(found.out)
    if not len(bad_moments):
        return since_s
    following = bad_moments[-1] + 1
    return float(found.at_s[following]) if following < len(found.at_s) else None
