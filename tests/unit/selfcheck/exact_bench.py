"""A bench that measures what theory says, or what it is told to make of that."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from experiment.record import Gate
from testbed.selfcheck.bench import Bench, Beside, Measured
from testbed.selfcheck.queues import Queues
from testbed.selfcheck.theory import Times

LATE_S = 0.0005


class ExactBench(Bench):
    """``responses_s`` distorts the exact response times; ``gates`` are those of every attempt."""

    def __init__(
        self,
        responses_s: Callable[[Queues], Times] = Queues.responses_s,
        gates: tuple[Gate, ...] = (),
    ) -> None:
        super().__init__()
        self._responses_s = responses_s
        self._gates = gates
        self.attempts = 0

    def attempt(self, queues: Queues, beside: Beside | None = None) -> Measured:
        self.attempts += 1
        intended_s = queues.arrivals_s
        rows = {
            "intended_s": intended_s,
            "sent_s": intended_s + LATE_S,
            "ended_s": intended_s + np.asarray(self._responses_s(queues)),
        }
        return Measured(pd.DataFrame(rows), self._gates)
