"""From what instances use to how many there should be, for one metric at one moment."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """One metric of one instance."""

    value: float | None
    """In the unit of the target; None: not known."""
    is_ready: bool = True


def wanted(
    current: int, readings: Sequence[Reading], target: float, tolerance: float, full: float
) -> int:
    """Instances that would bring the mean of the metric to ``target``.

    ``ceil(ready x mean / target)``, and ``current`` when the mean is within ``tolerance`` of the
    target. Where some readings are missing or their instances not ready, the decision is checked
    against the careful guess: nothing used when it is to go up, ``full`` when it is to go down. A
    guess that turns the direction leaves everything as it is. Without any usable reading:
    ``current``. As in Kubernetes' ``replica_calculator.go``.
    """
    known = [r.value for r in readings if r.is_ready and r.value is not None]
    if not known:
        return current
    ratio = _ratio(known, target)
    guesses = _guessed(readings, ratio, full)
    if not guesses:
        return current if abs(ratio - 1) <= tolerance else _ceil(ratio * len(known))
    careful = _ratio([*known, *guesses], target)
    turned = (careful - 1) * (ratio - 1) < 0
    if turned or abs(careful - 1) <= tolerance:
        return current
    number = _ceil(careful * (len(known) + len(guesses)))
    return max(current, number) if careful > 1 else min(current, number)


def _guessed(readings: Sequence[Reading], ratio: float, full: float) -> list[float]:
    """Stand-ins for the readings that cannot be used; an unready instance counts upwards only."""
    missing = sum(each.is_ready and each.value is None for each in readings)
    unready = sum(not each.is_ready for each in readings)
    if ratio > 1:
        return [0.0] * (missing + unready)
    return [full] * missing if ratio < 1 else []


def _ratio(values: Sequence[float], target: float) -> float:
    return sum(values) / len(values) / target


def _ceil(number: float) -> int:
    """Of 3.0000000000000004 made by division, 3."""
    return math.ceil(round(number, 9))
