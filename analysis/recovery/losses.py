"""What was lost: bad requests and journeys beyond those that a store at rest has as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.recovery.clients import Clients
from analysis.windows import Window


@dataclass(frozen=True)
class Lost:
    """Bad ones among some requests or journeys, and how many a store at rest would have had."""

    n: int = 0
    bad: int = 0
    expected: float = 0.0

    def __add__(self, other: "Lost") -> "Lost":
        return Lost(self.n + other.n, self.bad + other.bad, self.expected + other.expected)

    @property
    def beyond(self) -> float:
        """Bad ones beyond the expected; what only chance did better is no gain."""
        return max(0.0, self.bad - self.expected)


@dataclass(frozen=True)
class AtRest:
    """A store without a fault."""

    requests: Mapping[str, Lost]
    """By feature."""
    journeys: Lost
    largest_backlog: int

    @property
    def bad_share(self) -> float:
        """Of all requests. ZeroDivisionError when none was due."""
        total = sum(self.requests.values(), start=Lost())
        return total.bad / total.n


def requests_in(clients: Clients, window: Window) -> dict[str, Lost]:
    """Requests and bad ones by feature, those features left out that nobody asked for."""
    here = clients.within(window)
    kinds = len(clients.features)
    n = np.bincount(clients.feature[here], minlength=kinds)
    bad = np.bincount(clients.feature[here][clients.bad[here]], minlength=kinds)
    counted = zip(clients.features, n.tolist(), bad.tolist(), strict=True)
    return {name: Lost(each, worse) for name, each, worse in counted if each}


def journeys_in(clients: Clients, window: Window) -> Lost:
    """Journeys that had a step in a window; bad are those of which such a step was bad."""
    here = clients.within(window)
    journeys = clients.journey[here]
    if not len(journeys):
        return Lost()
    bad = np.bincount(journeys[clients.bad[here]])
    return Lost(int(np.count_nonzero(np.bincount(journeys))), int(np.count_nonzero(bad)))


def at_rest(clients: Clients, windows: Sequence[Window]) -> AtRest:
    """What clients saw in stretches without a fault."""
    requests: dict[str, Lost] = {}
    for window in windows:
        for name, found in requests_in(clients, window).items():
            requests[name] = requests.get(name, Lost()) + found
    journeys = sum((journeys_in(clients, window) for window in windows), start=Lost())
    backlog = max((largest_backlog(clients, window) for window in windows), default=0)
    return AtRest(requests, journeys, backlog)


def requests_lost(clients: Clients, window: Window, rest: AtRest) -> dict[str, Lost]:
    """By feature; one that nobody asked for at rest is expected to have no bad requests."""
    return {
        name: _against(found, rest.requests.get(name, Lost()))
        for name, found in requests_in(clients, window).items()
    }


def journeys_lost(clients: Clients, window: Window, rest: AtRest) -> Lost:
    return _against(journeys_in(clients, window), rest.journeys)


def _against(found: Lost, rest: Lost) -> Lost:
    expected = found.n * rest.bad / rest.n if rest.n else 0.0
    return Lost(found.n, found.bad, expected)


def largest_backlog(clients: Clients, window: Window) -> int:
    """Most requests in flight at an instant of a window."""
    first, end = np.searchsorted(clients.sent_s, window)
    # It grows only when a request is sent, so those instants and the begin are all to look at.
    at_s = np.concatenate([[window[0]], clients.sent_s[first:end]])
    sent = np.searchsorted(clients.sent_s, at_s, side="right")
    ended = np.searchsorted(clients.ended_s, at_s, side="right")
    return int((sent - ended).max())
