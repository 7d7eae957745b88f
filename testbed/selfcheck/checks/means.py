"""Mean response times beside the closed forms of M/D/1 and M/M/c."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from testbed.selfcheck.bench import Bench
from testbed.selfcheck.check import Check
from testbed.selfcheck.finding import Finding, compared, lateness_of
from testbed.selfcheck.queues import Draw, Queues, poisson
from testbed.selfcheck.theory import Times, md1_mean_wait_s, mmc_mean_wait_s, standard_error

LIMIT = 0.05
FILLING_S = 2.0
"""The closed forms are of queues that have forgotten their empty beginning."""
BATCH_S = 5.0
"""The queues here forget within half a second."""


@dataclass(frozen=True)
class _Mean:
    """Queues of one kind, and their mean response time."""

    name: str
    seed: int
    stations: int
    servers: int
    utilisation: float
    service: Draw
    service_s: float
    wait_s: float

    def queues(self, seconds: float) -> Queues:
        return poisson(
            np.random.default_rng(self.seed),
            stations=self.stations,
            rate=self.servers * self.utilisation / self.service_s,
            seconds=seconds,
            service=self.service,
            servers=self.servers,
        )

    def run(self, bench: Bench, seconds: float) -> Sequence[Finding]:
        queues = self.queues(seconds)
        measured = bench.measure(queues)
        return [self.judge(queues, measured.responses_s, lateness_of(measured))]

    def judge(self, queues: Queues, responses_s: Times, lateness: dict[str, float]) -> Finding:
        counted = queues.arrivals_s >= FILLING_S
        theory_s = self.wait_s + self.service_s
        error = standard_error(batch_means(queues, responses_s)) / theory_s
        return compared(
            self.name,
            f"mean of {counted.sum():,} response times",
            measured=1000 * float(responses_s[counted].mean()),
            theory=1000 * theory_s,
            limit=LIMIT,
            unit=" ms",
            note=f"standard error {error:.1%}",
            figures={"requests": int(counted.sum()), "standard_error": error, **lateness},
        )


def batch_means(queues: Queues, responses_s: Times) -> Times:
    """Means over each station's stretches of ``BATCH_S``, without the first and a last short one.

    Each is a mean of about as many arrivals, so their spread tells the spread of the whole.
    """
    batch = np.floor((queues.arrivals_s - FILLING_S) / BATCH_S).astype(int)
    whole = (batch >= 0) & (batch < batch[-1])
    frame = pd.DataFrame({"station": queues.station, "batch": batch, "response_s": responses_s})
    means: Times = frame[whole].groupby(["station", "batch"])["response_s"].mean().to_numpy()
    return means


def _one_server(service_s: float, utilisation: float) -> _Mean:
    return _Mean(
        name="M/D/1",
        seed=1932,
        stations=32,
        servers=1,
        utilisation=utilisation,
        service=lambda _, count: np.full(count, service_s),
        service_s=service_s,
        wait_s=md1_mean_wait_s(utilisation / service_s, service_s),
    )


def _four_servers(service_s: float, utilisation: float) -> _Mean:
    return _Mean(
        name="M/M/4",
        seed=1917,
        stations=10,
        servers=4,
        utilisation=utilisation,
        service=lambda draws, count: draws.exponential(service_s, count),
        service_s=service_s,
        wait_s=mmc_mean_wait_s(4 * utilisation / service_s, service_s, 4),
    )


# Both send 400 to 480 requests a second. Their services are long, so that a millisecond of the
# timers is one or two per cent of the response, well below the limit like the standard error.
ONE_SERVER = Check("M/D/1", quick_s=None, full_s=42.0, run=_one_server(0.04, 0.5).run)
FOUR_SERVERS = Check("M/M/4", quick_s=None, full_s=42.0, run=_four_servers(0.05, 0.6).run)
