"""What is started step by step, and stopped in the opposite order on every way out."""

from abc import ABC, abstractmethod
from contextlib import ExitStack
from types import TracebackType
from typing import Self


class Undoing(ABC):
    """A context manager whose stops are on one stack.

    Where ``_set_up`` fails half-way, what it has started is stopped before the error goes on.
    """

    _undo: ExitStack
    """Stops of all that is up; what starts later adds its own."""

    @abstractmethod
    def _set_up(self, undo: ExitStack) -> None:
        """Start everything, and put the stop of each thing on ``undo`` as soon as it is there."""

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self._set_up(undo)
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._undo.close()
