"""Open-loop dispatch: journeys begin when the schedule says so, whatever the store does."""

from collections.abc import Callable

import pyarrow as pa
from gevent.pool import Group

from loadtests.alarm import Alarm
from loadtests.journeys import can_run, is_order
from loadtests.recorder import Row
from loadtests.sender import Clock, Sender
from loadtests.steps import Step, journeys_of


class Dispatcher:
    """Runs a schedule and hands each step's row to ``record``.

    Every step gets exactly one row, unless ``stop`` ended the run before its time.
    """

    def __init__(self, sender: Sender, clock: Clock, record: Callable[[Row], None]) -> None:
        self._sender = sender
        self._clock = clock
        self._record = record
        self._journeys = Group()
        self._alarm = Alarm()
        self._stopped = False
        self._failure: Exception | None = None

    def run(self, arrivals: pa.Table) -> None:
        """Begin each journey at its time; returns when the last has begun, or after ``stop``."""
        for steps in journeys_of(arrivals):
            if self._is_stopped_before(steps[0].intended_s):
                return
            self._begin(steps)

    def stop(self) -> None:
        """Begin no further step; requests under way go on."""
        self._stopped = True
        self._alarm.wake_all()

    def fail(self, error: Exception) -> None:
        """Stop because of an error of the generator's own, which ``drain`` raises."""
        self._failure = self._failure or error
        self.stop()

    def drain(self, timeout_s: float) -> None:
        """Wait for the journeys under way, then cut off those that are left.

        Raises the first error that was the generator's own: the run is void then.
        """
        self._journeys.join(timeout=timeout_s)
        self._journeys.kill()
        if self._failure is not None:
            raise self._failure

    def _begin(self, steps: list[Step]) -> None:
        self._journeys.spawn(self._make, steps)

    def _make(self, steps: list[Step]) -> None:
        try:
            self._walk(steps)
        except Exception as error:  # noqa: BLE001 - raised again by drain
            self.fail(error)

    def _walk(self, steps: list[Step]) -> None:
        succeeded: set[str] = set()
        token, free_s, ordered = "", 0.0, False
        for step in steps:
            intended_s = max(step.intended_s, free_s)
            if not can_run(step.operation, succeeded):
                self._record(Row.unsent(step, intended_s, "skipped"))
                continue
            if self._is_stopped_before(intended_s):
                return
            row, new_token = self._sender.send(step, intended_s, token, ordered=ordered)
            self._record(row)
            token = new_token or token
            free_s = row.ended_s or intended_s
            if row.outcome == "ok":
                succeeded.add(step.operation)
                ordered = ordered or is_order(step.operation, row.status)

    def _is_stopped_before(self, time_s: float) -> bool:
        """Sleep to an absolute time, so that no delay adds up; True at once after ``stop``."""
        if not self._stopped and time_s > self._clock.elapsed_s():
            self._alarm.sleep_until(self._clock.start + time_s)
        return self._stopped

    def close(self) -> None:
        self._alarm.close()
