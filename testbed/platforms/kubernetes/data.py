"""Waiting for the jobs that make the sample data."""

import time
from collections.abc import Callable

from experiment.errors import RunError
from testbed.platforms.kubernetes.cluster import Cluster, Object

MADE_WITHIN_S = 900.0
_POLL_S = 0.5
_LAST_LINES = 5


def await_data(
    cluster: Cluster,
    count: int,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Return when all ``count`` jobs are done; RunError, with its log, for one that failed."""
    until = clock() + MADE_WITHIN_S
    while True:
        jobs = cluster.objects("jobs", "-l", "twinstack.part=create-data")
        for job in filter(_has_failed, jobs):
            name = job["metadata"]["name"]
            log = cluster.kubectl("logs", f"job/{name}", f"--tail={_LAST_LINES}").strip()
            raise RunError(f"The sample data could not be made, {name} failed: {log}")
        done = sum(job["status"].get("succeeded", 0) for job in jobs)
        if done == count:
            return
        if clock() > until:
            raise RunError(
                f"{done} of {count} sets of sample data were made within {MADE_WITHIN_S:g} s."
            )
        sleep(_POLL_S)


def _has_failed(job: Object) -> bool:
    conditions = job["status"].get("conditions", [])
    return any(each["type"] == "Failed" and each["status"] == "True" for each in conditions)
