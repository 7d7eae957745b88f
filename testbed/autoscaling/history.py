"""What instances were seen to use, as old as an autoscaler sees it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean

from experiment.autoscaling import Autoscaling
from scaling.replicas import Reading
from testbed.platforms.platform import InstanceReading


@dataclass(frozen=True)
class _Look:
    at_s: float
    instances: dict[str, InstanceReading]


@dataclass
class History:
    """Of one role. All times are compressed: as they pass, not as they are declared."""

    autoscaling: Autoscaling
    quota_cpus: float | None
    """Of one instance; None: nobody said, and the metric is not CPU."""
    _looks: deque[_Look] = field(default_factory=deque)

    @property
    def _delay_s(self) -> float:
        return self.autoscaling.metrics_delay_s / self.autoscaling.compression

    @property
    def _window_s(self) -> float:
        return self.autoscaling.metrics_window_s / self.autoscaling.compression

    def add(self, at_s: float, readings: Sequence[InstanceReading]) -> None:
        self._looks.append(_Look(at_s, {each.name: each for each in readings}))
        while self._looks[0].at_s < at_s - 3 * (self._delay_s + self._window_s):
            self._looks.popleft()

    def readings(self) -> tuple[Reading, ...]:
        """Of the instances of the last look, each with what was known of it that long ago."""
        last = self._looks[-1]
        end = self._newest(last.at_s - self._delay_s)
        return tuple(
            self._in_flight(each, end)
            if self.autoscaling.metric == "in-flight"
            else self._cpu(each, end)
            for each in last.instances.values()
        )

    def _in_flight(self, instance: InstanceReading, end: _Look | None) -> Reading:
        """The mean of the looks in the window: one look alone may meet a burst or a gap."""
        looks = [look.instances.get(instance.name) for look in self._window(end)]
        served = [seen.in_flight for seen in looks if seen is not None and seen.is_ready]
        return Reading(fmean(served) if served else None, instance.is_ready)

    def _window(self, end: _Look | None) -> list[_Look]:
        since_s, until_s = (0.0, -1.0) if end is None else (end.at_s - self._window_s, end.at_s)
        return [look for look in self._looks if since_s < look.at_s <= until_s]

    def _cpu(self, instance: InstanceReading, end: _Look | None) -> Reading:
        """As in Kubernetes, an instance counts as not ready until it has been for a whole window.

        What it took to start is no sign of load.
        """
        begin = end and self._newest(end.at_s - self._window_s)
        if begin is None or end is None or self.quota_cpus is None:
            return Reading(None, instance.is_ready)
        before, after = begin.instances.get(instance.name), end.instances.get(instance.name)
        if before is None or after is None or not before.is_ready:
            return Reading(None, is_ready=False)
        used_s = after.cpu_s - before.cpu_s
        if used_s < 0:  # it was started anew under its name
            return Reading(None, is_ready=False)
        return Reading(used_s / (end.at_s - begin.at_s) / self.quota_cpus, instance.is_ready)

    def _newest(self, until_s: float) -> _Look | None:
        before = [look for look in self._looks if look.at_s <= until_s + 1e-6]
        return before[-1] if before else None
