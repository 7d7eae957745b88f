"""Stale cache: the last good answers, for when there are no new ones."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

MAX_ANSWERS = 10_000


class LastGood(Generic[Answer]):
    """At most ``size`` answers by what was asked; the ones that came longest ago go first."""

    def __init__(self, size: int = MAX_ANSWERS) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    def keep(self, asked: Hashable, answer: Answer) -> None:
        with self._lock:
            self._answers[asked] = answer
            self._answers.move_to_end(asked)
            if len(self._answers) > self._size:
                self._answers.popitem(last=False)

    def find(self, asked: Hashable) -> Answer | None:
        """None when it was never answered, or too long ago."""
        return self._answers.get(asked)
