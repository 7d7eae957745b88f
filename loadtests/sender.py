"""One step on its way: sent, or dropped at the cap; its answer judged; its row made."""

import time
from dataclasses import dataclass
from typing import Self

import orjson

from loadtests.client import Client, NoAnswerError
from loadtests.operations import OPERATIONS, ORDERED
from loadtests.recorder import Row
from loadtests.steps import Step


@dataclass(frozen=True)
class Clock:
    """Seconds since the start of the load; the wall clock is read once only, for the anchor."""

    start: float
    """The start of the load on the monotonic clock."""

    @classmethod
    def starting_at(cls, unix_s: float) -> Self:
        return cls(time.perf_counter() + (unix_s - time.time()))

    def elapsed_s(self) -> float:
        return time.perf_counter() - self.start


@dataclass(frozen=True)
class Limits:
    deadline_s: float
    """From sending a request to the whole of its answer."""
    in_flight_cap: int
    """Requests that may be under way at a time; one more is dropped, none ever waits."""


class Sender:
    def __init__(self, client: Client, limits: Limits, clock: Clock) -> None:
        self._client = client
        self._limits = limits
        self._clock = clock
        self.in_flight = 0

    def send(
        self, step: Step, intended_s: float, token: str, *, ordered: bool = False
    ) -> tuple[Row, str]:
        """The step's row, and the session token that its answer gave, if any.

        ``ordered``: whether a checkout of this visitor was confirmed.
        """
        if self.in_flight >= self._limits.in_flight_cap:
            return Row.unsent(step, intended_s, "dropped"), ""
        self.in_flight += 1
        try:
            return self._exchange(step, intended_s, token, ordered=ordered)
        finally:
            self.in_flight -= 1

    def _exchange(
        self, step: Step, intended_s: float, token: str, *, ordered: bool
    ) -> tuple[Row, str]:
        operation = OPERATIONS[step.operation]
        choices = orjson.loads(step.choices)
        choices[ORDERED] = ordered
        request = operation.request(choices, token)
        row = Row.unsent(step, intended_s, "timeout")  # until something better is known
        row.sent_s = self._clock.elapsed_s()
        try:
            answer = self._client.send(request, self._limits.deadline_s)
        except NoAnswerError as error:
            row.ended_s = self._clock.elapsed_s()
            row.outcome = error.outcome
            return row, ""
        row.ended_s = self._clock.elapsed_s()
        judgement = operation.judge(choices, answer.status, answer.body)
        row.outcome, row.degraded = judgement.outcome, judgement.degraded
        row.status, row.instance = answer.status, answer.instance
        row.body_bytes = len(answer.body)
        row.answer = judgement.answer
        return row, judgement.token
