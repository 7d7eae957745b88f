"""Each response time beside the exact one that Lindley's recursion gives for its arrival.

Theory starts from *intended* times: a request that the generator sends late waits longer than it
should, and a report of response times would blame the store. So lateness counts as an error here.
"""

from collections.abc import Sequence

import numpy as np

from testbed.selfcheck.bench import Bench, Measured
from testbed.selfcheck.check import Check
from testbed.selfcheck.finding import Finding, lateness_of
from testbed.selfcheck.queues import Queues, poisson
from testbed.selfcheck.theory import Times

NAME = "Lindley"
SEED = 1952
SERVICE_S = 0.04
"""Long beside the timers' resolution of a millisecond, which would decide otherwise."""
UTILISATION = 0.7
STATIONS = 12
"""210 requests a second altogether."""
LIMIT = 0.03


def queues(seconds: float) -> Queues:
    return poisson(
        np.random.default_rng(SEED),
        stations=STATIONS,
        rate=UTILISATION / SERVICE_S,
        seconds=seconds,
        service=lambda _, count: np.full(count, SERVICE_S),
    )


def run(bench: Bench, seconds: float) -> Sequence[Finding]:
    wanted = queues(seconds)
    return [judge(wanted, bench.measure(wanted))]


def judge(wanted: Queues, measured: Measured) -> Finding:
    exact_s = wanted.responses_s()
    error = float(np.median(np.abs(measured.responses_s - exact_s) / exact_s))
    lateness = lateness_of(measured)
    return Finding(
        check=NAME,
        quantity=f"median error of {len(exact_s):,} response times",
        outcome="passed" if error <= LIMIT else "failed",
        measured=_median_ms(measured.responses_s),
        theory=_median_ms(exact_s),
        deviation=error,
        limit=LIMIT,
        note=f"half of the requests were sent within {lateness['lateness_p50_ms']:.2f} ms",
        figures={"requests": len(exact_s), **lateness},
    )


def _median_ms(responses_s: Times) -> str:
    return f"{1000 * np.median(responses_s):.2f} ms"


CHECK = Check(NAME, quick_s=6.0, full_s=20.0, run=run)
