"""Queues side by side: who arrives where and when, and how long the service takes.

A mean needs many arrivals, and a service must be long beside the timers' resolution of a
millisecond. One queue would need hours for both. Independent queues at once need a minute.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiment.rows import ARRIVALS
from testbed.selfcheck import product
from testbed.selfcheck.theory import Times, waits_s

Draw = Callable[[np.random.Generator, int], Times]
"""Draws that many service times."""

PLENTY = 256
"""So many servers that none is ever waited for."""


@dataclass(frozen=True)
class Queues:
    """All arrivals, by time; columns of one length."""

    arrivals_s: Times
    services_s: Times
    """Whole microseconds."""
    station: NDArray[np.int64]
    """The queue that each arrival joins."""
    servers: int = 1
    """Servers of each queue."""

    @classmethod
    def of(cls, arrivals_s: Times, services_s: Times, station: NDArray[np.int64]) -> Self:
        """Bring columns into order of arrival, and services to whole microseconds."""
        order = np.argsort(arrivals_s, kind="stable")
        return cls(arrivals_s[order], np.round(services_s, 6)[order], station[order])

    def responses_s(self) -> Times:
        """What theory says: wait and service of each arrival."""
        exact = np.empty(len(self.arrivals_s))
        for station in np.unique(self.station):
            here = self.station == station
            waits = waits_s(self.arrivals_s[here], self.services_s[here], self.servers)
            exact[here] = waits + self.services_s[here]
        return exact

    def arrivals(self) -> pa.Table:
        """The schedule (schema ``ARRIVALS``): one journey of one request for each arrival."""
        rows = len(self.arrivals_s)
        numbers = map(product.number, self.station.tolist(), self.services_s.tolist())
        columns: dict[str, Sequence[Any] | Times] = {
            "seq": range(rows),
            "step": [0] * rows,
            "intended_s": self.arrivals_s,
            "journey": ["recommend"] * rows,
            "operation": ["recommend"] * rows,
            "feature": ["recommendations"] * rows,
            "choices": [f'{{"product_id":{number}}}' for number in numbers],
        }
        arrays = {name: pa.array(values) for name, values in columns.items()}
        return pa.table(arrays).cast(ARRIVALS)


def poisson(
    draws: np.random.Generator,
    *,
    stations: int,
    rate: float,
    seconds: float,
    service: Draw,
    servers: int = 1,
) -> Queues:
    """Independent Poisson arrivals at ``rate`` for each station, until ``seconds``."""
    parts = [_until(seconds, rate, draws) for _ in range(stations)]
    arrivals_s = np.concatenate(parts)
    station = np.repeat(np.arange(stations), [len(part) for part in parts])
    queues = Queues.of(arrivals_s, service(draws, len(arrivals_s)), station)
    return replace(queues, servers=servers)


def unqueued(seed: int, *, rate: float, seconds: float, service_s: float) -> Queues:
    """Poisson arrivals before so many servers that none waits: each takes its service time."""
    return poisson(
        np.random.default_rng(seed),
        stations=1,
        rate=rate,
        seconds=seconds,
        service=lambda _, count: np.full(count, service_s),
        servers=PLENTY,
    )


def _until(seconds: float, rate: float, draws: np.random.Generator) -> Times:
    enough = int(rate * seconds + 10 * (1 + np.sqrt(rate * seconds)))
    arrivals_s = draws.exponential(1 / rate, enough).cumsum()
    return arrivals_s[arrivals_s < seconds]
