"""What a process reports of itself while a test bed watches: a line for each change of state."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True)
class StateChanges:
    """Appends to a file that all processes of a deployment share; does nothing without one.

    A line is one write to a file opened for appending, so lines of several processes never mix.
    Nothing is held open between them: changes are rare, and a process that never changes pays
    nothing.
    """

    file: Path | None
    role: str = ""
    instance: str = ""
    clock: Callable[[], float] = time.time

    def report(self, event: str, **members: str) -> None:
        """``event`` is a kebab-case name, as in the journal of a trial that takes it in."""
        if self.file is None:
            return
        whole = {
            "at": round(self.clock(), 6),
            "event": event,
            "role": self.role,
            "instance": self.instance,
            **members,
        }
        descriptor = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, orjson.dumps(whole, option=orjson.OPT_APPEND_NEWLINE))
        finally:
            os.close(descriptor)
