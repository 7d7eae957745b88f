"""Delay: calls take longer, without using CPU."""

import time
from typing import Literal

from store.runtime.faults.armed import FaultOnEntry
from store.runtime.faults.in_force import InForce


class Delay(FaultOnEntry):
    """Waits ``delay_ms``, give or take up to ``jitter_ms``: uniform, so the median stays."""

    kind: Literal["delay"] = "delay"
    delay_ms: float
    jitter_ms: float = 0.0

    def act(self, in_force: InForce) -> None:
        time.sleep(self.drawn_ms(in_force) / 1000)

    def drawn_ms(self, in_force: InForce) -> float:
        return self.delay_ms + in_force.chance.uniform(-self.jitter_ms, self.jitter_ms)
