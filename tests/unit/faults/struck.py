"""The fault points of one process, and the test bed's hand on them."""

import json
import time
from pathlib import Path
from typing import Any

from store.runtime.faults import ArmedFault, FaultPoints
from store.runtime.faults.points import RELOAD_EVERY_S
from store.runtime.telemetry import Telemetry


class Struck:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "faults"
        self.counters = folder / "counters"
        self.begin()

    def begin(self, instance: str = "store-1", database: Any = None) -> None:
        """Start, or start anew, with no memory but the file of its counters."""
        self.telemetry = Telemetry(self.counters)
        self.points = FaultPoints(self.file, self.telemetry, instance, database)

    def arm(self, *faults: ArmedFault) -> None:
        """Returns when the process has read it."""
        part = self.file.with_suffix(".part")
        part.write_text(json.dumps({"faults": [fault.model_dump() for fault in faults]}))
        part.replace(self.file)
        time.sleep(2 * RELOAD_EVERY_S)
        self.points.reach("nobody")

    @property
    def hits(self) -> int:
        return self.telemetry.counters.fault_hits
