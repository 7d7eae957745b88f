"""Waiting until instances serve."""

import time
from collections.abc import Callable, Iterable

import urllib3
from urllib3.exceptions import HTTPError

from experiment.errors import RunError
from testbed.platforms.store.instances import RunningInstance

_POLL_S = 0.05
_OK = 200


def await_ready(
    instances: Iterable[RunningInstance],
    within_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Return when every instance says that it is ready.

    Raises RunError, with the last lines of its log, for one that ends or does not become ready.
    """
    until = clock() + within_s
    with urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=2.0)) as http:
        for instance in instances:
            _await_one(instance, http, until, clock)


def _await_one(
    instance: RunningInstance,
    http: urllib3.PoolManager,
    until: float,
    clock: Callable[[], float],
) -> None:
    while not _is_ready(instance, http):
        instance.process.check()
        if clock() > until:
            raise RunError(
                f"{instance.plan.name} is not ready in time; {instance.process.last_words}"
            )
        time.sleep(_POLL_S)


def _is_ready(instance: RunningInstance, http: urllib3.PoolManager) -> bool:
    try:
        return http.request("GET", instance.url_from_here + instance.plan.ready_path).status == _OK
    except HTTPError:
        return False
