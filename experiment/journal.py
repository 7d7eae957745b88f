"""The journal: every event of a run or trial, one JSON object a line, written as it happens."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson


class Journal:
    """Appends events to a file; each line is on disk before the next thing happens.

    An event has ``at`` (Unix seconds), ``event`` (a kebab-case name) and free members.
    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = file.open("ab", buffering=0)
        self._file.truncate(_length_of_whole_lines(file))
        self._clock = clock

    def write(self, event: str, **members: Any) -> None:
        line = {"at": round(self._clock(), 6), "event": event, **members}
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def take_in(self, event: Mapping[str, Any]) -> None:
        """Write what somebody else noted, with its own ``at``: it is older than this line."""
        self._file.write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _length_of_whole_lines(file: Path) -> int:
    """A line that a kill cut off must not swallow the next one."""
    return file.read_bytes().rfind(b"\n") + 1


def read_journal(file: Path) -> list[dict[str, Any]]:
    """All whole lines; a last line that was cut off by a kill is left out."""
    lines = file.read_bytes().split(b"\n")
    return [orjson.loads(line) for line in lines[:-1] if line]
