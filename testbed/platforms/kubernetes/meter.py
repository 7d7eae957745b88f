"""What has been used in one place, over all containers that were there."""

from dataclasses import replace

from store.runtime.telemetry import Counters
from testbed.platforms.kubernetes.inside import Look
from testbed.platforms.machine.usage import add_up


class Meter:
    """Told of every look and every end; totals never fall."""

    def __init__(self) -> None:
        self._last = Look()
        self._past_cpu_s = 0.0
        self._past = Counters()

    @property
    def cpu_s(self) -> float:
        return self._past_cpu_s + self._last.cpu_s

    @property
    def memory_mb(self) -> float:
        """As it was at the last look; 0 where nothing runs."""
        return self._last.memory_mb

    @property
    def counters(self) -> Counters:
        return add_up([self._past, self._last.counters])

    @property
    def in_flight(self) -> int:
        return self._last.counters.in_flight

    def read(self, look: Look) -> None:
        self._last = look

    def container_ended(self) -> None:
        """Another begins in the same pod: CPU counts from zero, the counters go on."""
        self._past_cpu_s += self._last.cpu_s
        self._last = Look(counters=_without_requests_in_hand(self._last.counters))

    def pod_ended(self) -> None:
        self.container_ended()
        self._past = self.counters
        self._last = Look()


def _without_requests_in_hand(counters: Counters) -> Counters:
    return replace(counters, in_flight=0)
