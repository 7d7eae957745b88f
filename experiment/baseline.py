"""What is measured beyond a baseline needs one before it."""

from collections.abc import Iterable

from experiment.metric import ADDED, Metric
from experiment.phase import PlannedPhase


def check_baseline(timetable: Iterable[PlannedPhase], metric: Metric) -> None:
    """ValueError when ``metric`` adds up what is beyond a baseline, and none is before its phase.

    Any other metric is let through.
    """
    if metric.metric not in ADDED:
        return
    for planned in timetable:
        if planned.phase.kind == "baseline":
            return
        if planned.is_in(metric.phase):
            raise ValueError(
                f"{metric.metric} needs a phase of kind baseline before {metric.phase!r}"
            )
