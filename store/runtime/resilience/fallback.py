"""Fallback: an answer without one of its parts, or with the part as it was, is still an answer."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from store.runtime.policies import Policies
from store.runtime.resilience.last_good import LastGood
from store.runtime.telemetry import Telemetry

Content = TypeVar("Content")


@dataclass(frozen=True)
class Part(Generic[Content]):
    """A part of an answer, as far as it could be had."""

    content: Content | None
    is_degraded: bool = False
    """Left out, or not known to be as it is now."""


class Fallback(Generic[Content]):
    """One kind of part; safe to ask from many threads."""

    def __init__(self, policies: Policies, telemetry: Telemetry) -> None:
        self._policies = policies
        self._telemetry = telemetry
        self._last_good: LastGood[Content] = LastGood()

    def part(
        self, asked: Hashable, get: Callable[[], Content], *failures: type[Exception]
    ) -> Part[Content]:
        """What ``get`` returns, or what there is instead where it raises one of ``failures``.

        The failure goes on where no policy knows better.
        """
        try:
            content = get()
        except failures as failure:
            return self._instead(asked, failure)
        if self._policies.stale_cache:
            self._last_good.keep(asked, content)
        return Part(content)

    def _instead(self, asked: Hashable, failure: Exception) -> Part[Content]:
        stale = self._last_good.find(asked)
        if stale is not None:
            self._telemetry.count("stale_answers")
            return Part(stale, is_degraded=True)
        if not self._policies.fallback:
            raise failure
        self._telemetry.count("fallbacks")
        return Part(None, is_degraded=True)
