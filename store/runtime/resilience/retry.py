"""Retry: whether a call that failed is made again, and after which pause."""

import random
import threading
from collections.abc import Callable
from typing import Protocol

from store.runtime.policies import RetryMode

NAIVE_RETRIES = 3
BUDGETED_RETRIES = 2
FIRST_PAUSE_S = 0.025
"""Longest pause before the first retry; each further one may be twice as long."""
CALLS_PER_RETRY = 10
"""So many calls pay for one retry."""
BURST = 10
"""Retries that may be saved up: few enough not to hurt a peer that comes back."""


class Retry(Protocol):
    """Decides for one peer; safe to use from many threads."""

    renews_deadline: bool
    """Whether each attempt has the whole time of a call for itself."""

    def wanted(self) -> None:
        """Hear of a call that is wanted, before its first attempt."""

    def pause_s(self, failures: int) -> float | None:
        """How long to wait after so many failed attempts of a call; None: give up."""


class NoRetry:
    renews_deadline = False

    def wanted(self) -> None:
        pass

    def pause_s(self, failures: int) -> float | None:  # noqa: ARG002 - the port's
        return None


class NaiveRetry:
    """A fixed number of times, at once, whatever everybody else is doing."""

    renews_deadline = True

    def wanted(self) -> None:
        pass

    def pause_s(self, failures: int) -> float | None:
        return 0.0 if failures <= NAIVE_RETRIES else None


class BudgetedRetry:
    """Few times, after pauses with full jitter, and only while the budget lasts.

    The budget (a token bucket, after Finagle's) is enough for failures here and there, and next to
    nothing when all calls fail, which is when retries would make it worse. Pauses: Brooker,
    "Exponential backoff and jitter", 2015.
    """

    renews_deadline = False

    def __init__(self, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._uniform = uniform
        self._lock = threading.Lock()
        self._saved_calls = self._most = BURST * CALLS_PER_RETRY

    def wanted(self) -> None:
        if self._saved_calls < self._most:
            with self._lock:
                self._saved_calls = min(self._most, self._saved_calls + 1)

    def pause_s(self, failures: int) -> float | None:
        if failures > BUDGETED_RETRIES or not self._withdraw():
            return None
        return self._uniform(0.0, FIRST_PAUSE_S * 2 ** (failures - 1))

    def _withdraw(self) -> bool:
        with self._lock:
            if self._saved_calls < CALLS_PER_RETRY:
                return False
            self._saved_calls -= CALLS_PER_RETRY
            return True


def retry_for(mode: RetryMode) -> Retry:
    match mode:
        case "off":
            return NoRetry()
        case "naive":
            return NaiveRetry()
        case "budgeted":
            return BudgetedRetry()
