"""The guard of one peer: every policy that a call to it meets, in their order."""

import itertools
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Literal, TypeVar

from store.runtime.policies import Policies, Reach
from store.runtime.resilience import deadline
from store.runtime.resilience.breaker import Change, CircuitBreaker
from store.runtime.resilience.bulkhead import Bulkhead, BulkheadFullError
from store.runtime.resilience.failures import CallFailed, Rejected
from store.runtime.resilience.limits import Limits
from store.runtime.resilience.retry import retry_for
from store.runtime.settings import Settings
from store.runtime.state_changes import StateChanges
from store.runtime.telemetry import Telemetry

Answer = TypeVar("Answer")
Kind = Literal["peer", "outside"]
"""Another service of the store, or a party outside of it."""


@dataclass(frozen=True)
class Protection:
    """What all guards of a process have in common."""

    policies: Policies
    telemetry: Telemetry
    changes: StateChanges
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def of(cls, settings: Settings, telemetry: Telemetry) -> "Protection":
        changes = StateChanges(settings.state_changes_file, settings.role, settings.instance)
        return cls(settings.policies, telemetry, changes)


class Guard:
    """What stands between this process and one peer: retry, deadline, breaker, bulkhead."""

    def __init__(
        self, peer: str, limits: Limits, protection: Protection, kind: Kind = "peer"
    ) -> None:
        self._peer = peer
        self._limits = limits
        self._protection = protection
        policies = protection.policies
        self._retry = retry_for(policies.retry)
        self._breaker = (
            CircuitBreaker(
                limits.breaker_failures, limits.breaker_open_s, protection.clock, self._report
            )
            if _covers(policies.breaker, kind)
            else None
        )
        self._bulkhead: AbstractContextManager[None] = (
            Bulkhead(limits.max_concurrent) if _covers(policies.bulkhead, kind) else nullcontext()
        )

    def call(
        self,
        send: Callable[[float], Answer],
        *,
        is_repeatable: bool,
        deadline_s: float | None = None,
    ) -> Answer:
        """What ``send`` returns; it gets the moment of the clock by which it has to.

        ``send`` raises CallFailed. So does this, with the failure of an attempt that may have had
        an effect, if there was one: the last attempt may not be the one that matters.
        """
        self._protection.telemetry.count("calls")
        self._retry.wanted()
        until = self._until(deadline_s)
        harmful: CallFailed | None = None
        for failures in itertools.count(1):
            try:
                return self._attempt(send, until)
            except CallFailed as failure:
                harmful = harmful or (failure if failure.may_have_acted else None)
                if self._retry.renews_deadline:
                    until = self._until(deadline_s)
                if not self._pauses(failure, failures, until, is_repeatable=is_repeatable):
                    if harmful is None or harmful is failure:
                        raise
                    raise harmful from failure
        raise AssertionError("counting never ends")

    def _until(self, deadline_s: float | None) -> float:
        """When a call that begins now has to be over."""
        usual_s = self._limits.deadline_s if deadline_s is None else deadline_s
        allowed_s = self._protection.policies.limit_s(usual_s)
        left_s = deadline.left_s()
        return self._protection.clock() + (allowed_s if left_s is None else min(allowed_s, left_s))

    def _pauses(
        self, failure: CallFailed, failures: int, until: float, *, is_repeatable: bool
    ) -> bool:
        """Whether there is to be another attempt; the pause before it is over then."""
        may_repeat = failure.is_worth_repeating and (is_repeatable or not failure.may_have_acted)
        pause_s = self._retry.pause_s(failures) if may_repeat else None
        if pause_s is None or self._protection.clock() + pause_s >= until:
            return False
        if pause_s:
            self._protection.sleep(pause_s)
        return True

    def _attempt(self, send: Callable[[float], Answer], until: float) -> Answer:
        if self._protection.clock() >= until:
            self._protection.telemetry.count("deadline_exceeded")
            raise Rejected(self._peer, "deadline passed")
        if self._breaker is not None and not self._breaker.allows():
            raise self._rejected("circuit open")
        try:
            with self._bulkhead:
                self._protection.telemetry.count("attempts")
                answer = send(until)
        except BulkheadFullError:
            raise self._rejected("too many calls at once") from None
        except CallFailed:
            self._failed(until)
            raise
        if self._breaker is not None:
            self._breaker.succeeded()
        return answer

    def _failed(self, until: float) -> None:
        is_late = self._protection.clock() >= until
        if is_late:
            self._protection.telemetry.count("deadline_exceeded")
        # To run out of the little time that a request had left says nothing about the peer.
        is_innocent = is_late and deadline.is_up()
        if self._breaker is not None and not is_innocent:
            self._breaker.failed()

    def _rejected(self, reason: str) -> Rejected:
        self._protection.telemetry.count("rejected")
        return Rejected(self._peer, reason)

    def _report(self, change: Change) -> None:
        if change == "opened":
            self._protection.telemetry.count("breaker_openings")
        self._protection.changes.report(f"breaker-{change}", peer=self._peer)


def _covers(reach: Reach, kind: Kind) -> bool:
    return reach == "all" or (reach == "peers" and kind == "peer")
