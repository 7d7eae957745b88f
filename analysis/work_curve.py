"""How the ratio of two architectures' CPU per request falls as requests have more work."""

import math
from dataclasses import dataclass

from analysis.comparison import compare
from analysis.measured import MeasuredRun
from experiment.metric import Metric

FEWEST = 2
"""Pairs of arms that make a curve."""


@dataclass(frozen=True)
class Point:
    """One pair of arms with the same work."""

    cpu_ms: float
    """CPU time of a request in the reference arm; geometric mean over blocks."""
    ratio: float
    """CPU of the other arm over it; where CPU is the limit, throughput of the reference over it."""
    interval: tuple[float, float] | None
    """95 %, of the ratio."""


def curves_of(run: MeasuredRun) -> dict[str, list[Point]]:
    """By phase the points of all pairs that its metrics compare, by CPU; only real curves."""
    metrics = run.scenario.metrics
    asked = [metric for metric in metrics if metric.metric == "marginal_cpu_ms_per_request"]
    curves: dict[str, list[Point]] = {}
    for metric in asked:
        curves.setdefault(metric.phase, []).extend(_point(run, metric))
    return {
        phase: sorted(points, key=lambda point: point.cpu_ms)
        for phase, points in curves.items()
        if len(points) >= FEWEST
    }


def _point(run: MeasuredRun, metric: Metric) -> list[Point]:
    """Nothing where no block could tell the metric."""
    found = compare(run, metric)
    if found.estimate is None:
        return []
    bounds = found.estimate.interval
    interval = None if bounds is None else (math.exp(bounds[0]), math.exp(bounds[1]))
    return [Point(found.means()[0], math.exp(found.estimate.value), interval)]
