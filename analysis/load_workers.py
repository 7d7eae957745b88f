"""Gates of a load that several workers sent."""

from collections.abc import Sequence

import pandas as pd

from analysis.listing import listed
from analysis.quantiles import nearest_rank
from experiment.load_worker import LoadWorker
from experiment.record import Gate

CLOCK_UNCERTAINTY_LIMIT_MS = 2.0
"""Half of the smallest round trip between master and worker; in one building it is below 0.5 ms.
Times of two workers, and of a request and a fault, are comparable up to it."""

CLOCK_DRIFT_LIMIT_MS = 5.0
"""From before the load to after it. Rows are corrected as if a clock drifted evenly, but requests
were sent by it as it was: up to so much beside their time, half of what lateness may be."""


def load_worker_gates(
    workers: Sequence[LoadWorker], requests: pd.DataFrame, lateness_limit_ms: float
) -> tuple[Gate, ...]:
    """None where one process sent the whole load."""
    if not workers:
        return ()
    return crew_gate(workers), clock_gate(workers), _lateness(workers, requests, lateness_limit_ms)


def crew_gate(workers: Sequence[LoadWorker]) -> Gate:
    """Every worker did its part."""
    if troubles := [worker.trouble for worker in workers if worker.trouble]:
        return Gate(name="load workers", passed=False, says=troubles[0])
    journeys = listed([f"{worker.journeys:,}" for worker in workers])
    says = f"{len(workers)} load workers did their parts, of {journeys} journeys"
    return Gate(name="load workers", passed=True, says=says)


def clock_gate(workers: Sequence[LoadWorker]) -> Gate:
    """Every worker's clock was known well enough all the time."""
    for worker in workers:
        if worker.uncertainty_ms is None or worker.drift_ms is None:
            says = f"the clock of load worker {worker.index} ({worker.host}) was not measured"
            return Gate(name="load clocks", passed=False, says=says)
    unsure = max(worker.uncertainty_ms or 0.0 for worker in workers)
    drift = max(abs(worker.drift_ms or 0.0) for worker in workers)
    says = (
        f"clocks of load workers were known to ±{unsure:.2f} ms and drifted by {drift:.2f} ms "
        f"at most; limits {CLOCK_UNCERTAINTY_LIMIT_MS:g} and {CLOCK_DRIFT_LIMIT_MS:g} ms"
    )
    passed = unsure <= CLOCK_UNCERTAINTY_LIMIT_MS and drift <= CLOCK_DRIFT_LIMIT_MS
    return Gate(name="load clocks", passed=passed, says=says)


def _lateness(workers: Sequence[LoadWorker], requests: pd.DataFrame, limit_ms: float) -> Gate:
    """Of each by itself: among all requests, those of a late one may be too few to show."""
    late_ms = 1000 * (requests["sent_s"] - requests["intended_s"])
    p99_ms = {
        worker.index: nearest_rank(own.to_numpy(), 0.99)
        for worker in workers
        if len(own := late_ms[requests["seq"] % len(workers) == worker.index].dropna())
    }
    if not p99_ms:
        return Gate(name="load worker lateness", passed=False, says="no request was sent")
    index = max(p99_ms, key=p99_ms.__getitem__)
    says = (
        f"load worker {index} ({workers[index].host}) sent 99 % of its requests within "
        f"{p99_ms[index]:.1f} ms of their time, and no other was later; limit {limit_ms:g} ms"
    )
    return Gate(name="load worker lateness", passed=p99_ms[index] <= limit_ms, says=says)
