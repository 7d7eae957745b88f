"""A stall of three seconds: the triangle that closed-loop load does not see.

The stall is a request that takes three seconds, at the head of a queue whose other requests take
none. Whoever comes meanwhile waits for its end: at rate r, 3 r requests, and each waits less by
as much as it comes later.
"""

from collections.abc import Sequence

import numpy as np

from testbed.selfcheck.bench import Bench, Measured
from testbed.selfcheck.check import Check
from testbed.selfcheck.finding import Finding, compared
from testbed.selfcheck.queues import Queues

NAME = "stall"
STALL_S = 3.0
RATE = 100
"""Evenly spaced, so that exactly ``STALL_S * RATE`` requests begin during the stall."""
BEFORE_S = 1.0
INSTANT_S = 1e-6
SLOW_S = 0.05
"""Slower than this is affected: high enough that the scheduler of a shared machine is not."""
LIMIT = 0.02


def queues(seconds: float) -> Queues:
    arrivals_s = np.arange(int(seconds * RATE)) / RATE
    services_s = np.full(len(arrivals_s), INSTANT_S)
    services_s[int(BEFORE_S * RATE)] = STALL_S
    return Queues.of(arrivals_s, services_s, np.zeros(len(arrivals_s), dtype=np.int64))


def run(bench: Bench, seconds: float) -> Sequence[Finding]:
    wanted = queues(seconds)
    return judge(wanted, bench.measure(wanted))


def judge(wanted: Queues, measured: Measured) -> Sequence[Finding]:
    responses_s = measured.responses_s
    stalled = wanted.responses_s() > SLOW_S
    slope = float(np.polyfit(wanted.arrivals_s[stalled], responses_s[stalled], 1)[0])
    return [
        compared(
            NAME,
            f"requests slower than {1000 * SLOW_S:g} ms",
            measured=int((responses_s > SLOW_S).sum()),
            theory=RATE * (STALL_S - SLOW_S),
            limit=LIMIT,
        ),
        compared(NAME, "slope of their response times", measured=slope, theory=-1.0, limit=LIMIT),
        compared(
            NAME,
            "longest response time",
            measured=float(responses_s.max()),
            theory=STALL_S,
            limit=LIMIT,
            unit=" s",
        ),
    ]


CHECK = Check(NAME, quick_s=8.0, full_s=8.0, run=run)
