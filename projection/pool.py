"""CPUs that jobs share: exact processor sharing as a SimPy resource."""

import math
from heapq import heappop, heappush
from itertools import count

from simpy import Environment, Event, Timeout


class Pool:
    """``cpus`` CPUs (which need not be whole) shared equally by all jobs in it.

    A job is one thread: it uses one CPU at most. The egalitarian processor sharing of Kleinrock
    (*Queueing Systems* 2, 1976, section 4.4), which a fair scheduler with short slices comes near.
    """

    def __init__(self, env: Environment, cpus: float) -> None:
        self._env = env
        self._cpus = cpus
        self._jobs: list[tuple[float, int, Event]] = []
        """By the attained service at which each is done; the number keeps ties in order."""
        self._numbers = count()
        self._attained_s = 0.0
        """CPU time that a job has had which was there from the beginning."""
        self._at_s = env.now
        self._timer: Timeout | None = None
        self.busy_s = 0.0
        """CPU seconds given so far."""

    def run(self, cpu_s: float) -> Event:
        """An event that comes when a job of so many CPU seconds is done."""
        done = Event(self._env)
        self._advance()
        heappush(self._jobs, (self._attained_s + cpu_s, next(self._numbers), done))
        self._set_timer()
        return done

    @property
    def _pace(self) -> float:
        """CPU seconds per second of each job."""
        return min(1.0, self._cpus / len(self._jobs))

    def _advance(self) -> None:
        if self._jobs:
            given_s = (self._env.now - self._at_s) * self._pace
            self._attained_s += given_s
            self.busy_s += given_s * len(self._jobs)
        self._at_s = self._env.now

    def _set_timer(self) -> None:
        """To when the next job is done; a timer set before counts no more."""
        if self._jobs:
            left_s = max(0.0, self._jobs[0][0] - self._attained_s)
            self._timer = self._env.timeout(left_s / self._pace)
            self._timer.callbacks.append(self._on_timer)

    def _on_timer(self, timer: Event) -> None:
        if timer is not self._timer:
            return
        self._advance()
        # The one the timer was set for is done, whatever the rounding says.
        self._attained_s = max(self._attained_s, self._jobs[0][0])
        while self._jobs and self._is_done(self._jobs[0][0]):
            heappop(self._jobs)[2].succeed()
        self._set_timer()

    def _is_done(self, end_s: float) -> bool:
        return end_s <= self._attained_s or math.isclose(end_s, self._attained_s, rel_tol=1e-12)
