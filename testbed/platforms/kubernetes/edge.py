"""What the edge knows of its members, asked at its admin port."""

import time
from collections import Counter
from collections.abc import Callable, Mapping

import urllib3
from urllib3.exceptions import HTTPError

from experiment.errors import RunError
from testbed.platforms.kubernetes.forwarding import Forward
from testbed.platforms.store import envoy

HEALTHY = r"^cluster\..*\.membership_healthy$"
SERVES_WITHIN_S = 90.0
"""Names are cached in a cluster for up to half a minute."""
_POLL_S = 0.25
_TIMEOUT = urllib3.Timeout(total=5.0)


class EdgeAdmin:
    def __init__(
        self,
        way: Forward,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._way = way
        self._sleep = sleep
        self._clock = clock
        self._http = urllib3.PoolManager(retries=False, timeout=_TIMEOUT)

    def await_members(self, counts: Mapping[str, int]) -> None:
        """Wait until it finds so many instances of each role healthy."""
        until = self._clock() + SERVES_WITHIN_S
        while lacking := {r: n for r, n in counts.items() if self._totals(HEALTHY)[r] != n}:
            if self._clock() > until:
                raise RunError(
                    f"Envoy does not find {_listed(lacking)} healthy within {SERVES_WITHIN_S:g} s."
                )
            self._sleep(_POLL_S)

    def shed(self) -> Mapping[str, int]:
        """Requests refused so far, by role, because there were too many at once."""
        return self._totals(envoy.OVERFLOWS)

    def _totals(self, which: str) -> Counter[str]:
        url = f"http://127.0.0.1:{self._way.port}/stats?format=json&filter={which}"
        try:
            stats = self._http.request("GET", url).json()["stats"]
        except HTTPError as error:
            raise RunError(f"Envoy does not answer on its admin port: {error}.") from error
        totals: Counter[str] = Counter()
        for each in stats:
            totals[each["name"].split(".")[1]] += each.get("value", 0)
        return totals


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} of {role}" for role, count in sorted(counts.items()))
