"""What the generator did itself: whether it kept its schedule and what it cost."""

import time
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SUMMARY_NAME = "generator.json"
PACKAGES = ("locust", "gevent", "geventhttpclient")


@dataclass(frozen=True)
class Usage:
    """CPU and wall-clock seconds of this process, as totals or as a difference."""

    cpu_s: float
    wall_s: float

    @classmethod
    def now(cls) -> Self:
        return cls(time.process_time(), time.perf_counter())

    def since(self, earlier: "Usage") -> "Usage":
        return Usage(self.cpu_s - earlier.cpu_s, self.wall_s - earlier.wall_s)


def summarise(rows: pa.Table, scheduled: int, usage: Usage, workers: int = 1) -> dict[str, Any]:
    """The content of ``generator.json``; ``rows`` has the schema ``REQUESTS``.

    Lateness is null when nothing was sent. ``drained`` says whether every scheduled step has
    its row.
    """
    lateness_ms = _lateness_ms(rows)
    return {
        "scheduled": scheduled,
        "rows": rows.num_rows,
        "drained": rows.num_rows == scheduled,
        "workers": workers,
        "lateness_p50_ms": lateness_ms[0],
        "lateness_p99_ms": lateness_ms[1],
        "lateness_max_ms": lateness_ms[2],
        "cpu_s": round(usage.cpu_s, 3),
        "wall_s": round(usage.wall_s, 3),
        "max_in_flight": _max_in_flight(rows),
        "versions": {package: version(package) for package in PACKAGES},
    }


def _lateness_ms(rows: pa.Table) -> list[float | None]:
    late_s = pc.subtract(rows["sent_s"], rows["intended_s"]).drop_null().to_numpy()
    if not len(late_s):
        return [None, None, None]
    return [round(1000 * float(value), 3) for value in np.quantile(late_s, [0.5, 0.99, 1.0])]


def _max_in_flight(rows: pa.Table) -> int:
    """The most requests that were under way at once; one that ends makes room for the next."""
    sent_s, ended_s = (np.sort(rows[name].drop_null().to_numpy()) for name in ("sent_s", "ended_s"))
    under_way = np.arange(1, len(sent_s) + 1) - np.searchsorted(ended_s, sent_s, side="right")
    return int(under_way.max(initial=0))
