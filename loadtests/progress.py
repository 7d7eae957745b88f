"""Live counts of a running generator: ``progress.json``, replaced as a whole at each tick."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson

from experiment.record import write_whole
from loadtests.recorder import Row

PROGRESS_NAME = "progress.json"
NOT_BAD = frozenset({"ok", "skipped", "omitted"})


@dataclass
class Counts:
    """Counts of steps. Good ones had the outcome ``ok``; how fast they were is not looked at."""

    sent: int = 0
    done: int = 0
    """Rows so far, whatever became of their steps."""
    good: int = 0
    bad: int = 0
    """Tried without success: neither good nor left out because of something earlier."""
    in_flight: int = 0

    def add(self, row: Row) -> None:
        self.done += 1
        self.sent += row.sent_s is not None
        if row.outcome == "ok":
            self.good += 1
        elif row.outcome not in NOT_BAD:
            self.bad += 1

    @classmethod
    def total(cls, parts: Iterable["Counts"]) -> Self:
        every = list(parts)
        return cls(
            sent=sum(part.sent for part in every),
            done=sum(part.done for part in every),
            good=sum(part.good for part in every),
            bad=sum(part.bad for part in every),
            in_flight=sum(part.in_flight for part in every),
        )


@dataclass(frozen=True)
class Covered:
    """How far a load has come through its schedule."""

    scheduled: int = 0
    done: int = 0

    @property
    def says(self) -> str:
        """One sentence for a load that was ended early; empty where nothing is missing."""
        left = self.scheduled - self.done
        if not left:
            return ""
        return f"The load was ended early: {left:,} of its {self.scheduled:,} steps were not sent."


class ProgressFile:
    def __init__(self, folder: Path, scheduled: int) -> None:
        self._file = folder / PROGRESS_NAME
        self._scheduled = scheduled
        self._ticks: deque[tuple[float, int, int, int]] = deque(maxlen=3)

    def write(self, elapsed_s: float, counts: Counts, workers_cpu_s: float = 0.0) -> None:
        """Replace the file; rates are means over the last two ticks.

        ``workers_cpu_s``: CPU time of all workers since the start of the load, wherever they run.
        """
        self._ticks.append((elapsed_s, counts.sent, counts.good, counts.bad))
        (then_s, *then), (now_s, *now) = self._ticks[0], self._ticks[-1]
        seconds = now_s - then_s
        sent, good, bad = (
            round((after - before) / seconds, 1) if seconds else 0.0
            for before, after in zip(then, now, strict=True)
        )
        document = {
            "elapsed_s": round(elapsed_s, 3),
            "scheduled": self._scheduled,
            "sent": counts.sent,
            "done": counts.done,
            "good": counts.good,
            "bad": counts.bad,
            "in_flight": counts.in_flight,
            "workers_cpu_s": round(workers_cpu_s, 3),
            "rates": {"sent_per_s": sent, "good_per_s": good, "bad_per_s": bad},
        }
        write_whole(self._file, orjson.dumps(document))
