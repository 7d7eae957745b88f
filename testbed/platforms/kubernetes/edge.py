"""What the edge knows of its members, asked at its admin port.

That port has no password, so nothing of this machine leads there but the line into the edge's pod.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import quote

import orjson

from experiment.errors import RunError
from testbed.platforms.store import envoy

HEALTHY = r"^cluster\..*\.membership_healthy$"
SERVES_WITHIN_S = 90.0
"""Names are cached in a cluster for up to half a minute."""
_POLL_S = 0.25


class EdgeAdmin:
    def __init__(
        self,
        ask: Callable[[str], bytes],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._sleep = sleep
        self._clock = clock

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
        """``which``: regular expression of their names, in ASCII and without spaces."""
        totals: Counter[str] = Counter()
        for each in orjson.loads(self._ask(f"/stats?format=json&filter={quote(which)}"))["stats"]:
            totals[each["name"].split(".")[1]] += each.get("value", 0)
        return totals


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} of {role}" for role, count in sorted(counts.items()))
