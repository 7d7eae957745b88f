"""Pause: the processes of instances stand still, and take no notice of what they are sent."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import urllib3
from urllib3.exceptions import HTTPError

from testbed.faults.fault import Bite
from testbed.platforms.platform import RunningStore

PROBE_S = 0.5


class Pause:
    def __init__(self, store: RunningStore, names: Sequence[str]) -> None:
        self._store = store
        self._names = names
        self._probes: list[Future[bool]] = []

    def inject(self) -> None:
        """Also asks each of them for its health, and does not wait for the answers."""
        self._store.pause(self._names)
        urls = [each.url for each in self._store.instances() if each.name in self._names]
        probing = ThreadPoolExecutor(len(urls), thread_name_prefix="pause")
        self._probes = [probing.submit(_answers, url) for url in urls]
        probing.shutdown(wait=False)

    def lift(self) -> None:
        self._store.resume(self._names)

    def bite(self) -> Bite:
        silent = sum(not probe.result() for probe in self._probes)
        still = sum(each.paused for each in self._store.instances() if each.name in self._names)
        says = (
            f"of {', '.join(self._names)} {still} stood still, and {silent} did not answer "
            f"a health check within {PROBE_S:g} s"
        )
        return Bite(still == silent == len(self._names), says)


def _answers(url: str) -> bool:
    try:
        urllib3.request("GET", f"{url}/healthz", retries=False, timeout=PROBE_S)
    except HTTPError:
        return False
    return True
