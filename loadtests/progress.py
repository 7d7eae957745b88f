"""Live counts of a running generator: ``progress.json``, replaced as a whole at each tick."""

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from experiment.record import write_whole
from loadtests.recorder import Row

PROGRESS_NAME = "progress.json"


@dataclass
class Progress:
    """Counts of steps. Good ones had the outcome ``ok``; how fast they were is not looked at."""

    scheduled: int
    sent: int = 0
    done: int = 0
    """Rows so far, whatever became of their steps."""
    good: int = 0
    bad: int = 0
    """Neither good nor skipped."""
    _ticks: deque[tuple[float, int, int, int]] = field(default_factory=lambda: deque(maxlen=3))

    def count(self, row: Row) -> None:
        self.done += 1
        self.sent += row.sent_s is not None
        if row.outcome == "ok":
            self.good += 1
        elif row.outcome != "skipped":
            self.bad += 1

    def write(self, folder: Path, elapsed_s: float, in_flight: int) -> None:
        """Replace the file; rates are means over the last two ticks."""
        self._ticks.append((elapsed_s, self.sent, self.good, self.bad))
        (then_s, *then), (now_s, *now) = self._ticks[0], self._ticks[-1]
        seconds = now_s - then_s
        sent, good, bad = (
            round((after - before) / seconds, 1) if seconds else 0.0
            for before, after in zip(then, now, strict=True)
        )
        document = {
            "elapsed_s": round(elapsed_s, 3),
            "scheduled": self.scheduled,
            "sent": self.sent,
            "done": self.done,
            "good": self.good,
            "bad": self.bad,
            "in_flight": in_flight,
            "rates": {"sent_per_s": sent, "good_per_s": good, "bad_per_s": bad},
        }
        write_whole(folder / PROGRESS_NAME, orjson.dumps(document))
