"""Service demands: CPU seconds of each operation, and waits that need no CPU, from some loads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import nnls

from analysis.cells import Floats
from analysis.resources import store_roles
from experiment.errors import InputError
from projection.observed import Load
from projection.seconds import counts_by_second

FULL = 0.9
"""Share of its CPUs above which a store is not in equilibrium long enough to learn from."""
OUTSIDE = ("checkout", "repeat-checkout")
"""Operations that wait for another party, the payment provider; all others wait alike."""
FEWEST = 5
"""Answers without which the mean response time of an operation is not used."""


@dataclass(frozen=True)
class Demands:
    """What the operations of one architecture need."""

    cpu_s: Mapping[str, float]
    """CPU time of the whole store, by operation."""
    wait_s: Mapping[str, tuple[float, ...]]
    """Time on its way that is no CPU's; each of several values is as likely as the others."""
    background: float
    """CPUs that are used whatever the load is: waking up, polling, checking health."""


def learnable(loads: Sequence[Load], cpus: float) -> list[Load]:
    """Those that left the CPUs some rest; InputError when there are not two of them."""
    usable = [load for load in loads if load.used < FULL * cpus]
    if len({load.journeys_per_s for load in usable}) < 2:  # noqa: PLR2004 - a line takes two points
        raise InputError(
            "Demands take two loads at least that a store bears, and others to be foretold; the "
            "scenario load-ladder has them."
        )
    return usable


def estimate(loads: Sequence[Load], cpus: float) -> Demands:
    """Demands that explain best, by non-negative least squares, two things at once.

    CPU time, second by second: ``background + sum over operations of number x cpu_s`` (the
    utilisation law as a regression: Rolia & Vetland 1995, Zhang and others 2007). Mean response
    time of each operation at each load: ``wait + cpu_s / (1 - utilisation)``, the mean of
    processor sharing. Each equation counts by its own standard error.
    """
    operations = sorted({name for load in loads for name in load.requests["operation"].unique()})
    equations = [*_of_cpu(loads, operations), *_of_responses(loads, operations, cpus)]
    matrix = np.array([row for row, _ in equations])
    found, _ = nnls(matrix, np.array([value for _, value in equations]))
    background, *cpu_s, common_s, outside_s = (float(each) for each in found)
    lowest = min(loads, key=lambda load: load.journeys_per_s)
    worked_s = dict(zip(operations, cpu_s, strict=True))
    waits = {
        name: _spread(lowest, name, worked_s[name] / (1 - lowest.used / cpus), outside_s + common_s)
        if name in OUTSIDE
        else (common_s,)
        for name in operations
    }
    return Demands(worked_s, waits, background)


Equation = tuple[Floats, float]
"""Factors of background, demands, common wait and outside wait; and what they sum up to."""


def _of_cpu(loads: Sequence[Load], operations: Sequence[str]) -> list[Equation]:
    """One equation for each second; a first fit of them alone estimates their error."""
    parts = [_seconds(load, operations) for load in loads]
    matrix = np.concatenate([part for part, _ in parts])
    used_s = np.concatenate([used for _, used in parts])
    _, rest = nnls(matrix, used_s)
    error = rest / np.sqrt(max(1, len(used_s) - matrix.shape[1])) or 1.0
    blank = np.zeros(2)
    return [
        (np.concatenate([row, blank]) / error, float(value) / error)
        for row, value in zip(matrix, used_s, strict=True)
    ]


def _seconds(load: Load, operations: Sequence[str]) -> tuple[Floats, Floats]:
    roles = store_roles(load.trial.samples)
    parts = [counts_by_second(load, operations, role, "cpu_s") for role in roles]
    return parts[0].matrix, np.sum([part.grown for part in parts], axis=0)


def _of_responses(loads: Sequence[Load], operations: Sequence[str], cpus: float) -> list[Equation]:
    equations = []
    for load in loads:
        for index, name in enumerate(operations):
            times_s = response_s(load, name)
            if len(times_s) < FEWEST:
                continue
            row = np.zeros(len(operations) + 3)
            row[1 + index] = 1 / (1 - load.used / cpus)
            row[-2:] = 1.0, float(name in OUTSIDE)
            error = max(float(np.std(times_s, ddof=1)) / np.sqrt(len(times_s)), 1e-5)
            equations.append((row / error, float(np.mean(times_s)) / error))
    return equations


def response_s(load: Load, operation: str) -> Floats:
    """Response times of the correct answers to an operation, in seconds."""
    rows: Any = load.requests
    chosen = rows[(rows["operation"] == operation) & ~rows["failed"]]
    return np.asarray(chosen["response_ms"].to_numpy(np.float64) / 1000)


def _spread(lowest: Load, operation: str, worked_s: float, mean_s: float) -> tuple[float, ...]:
    """Waits with this mean, spread as what the lowest load shows beyond the work.

    At that load there are hardly any queues, so the spread is that of the other party.
    """
    rest = np.clip(response_s(lowest, operation) - worked_s, 0.0, None)
    if not rest.sum():
        return (mean_s,)
    return tuple(float(each) for each in rest * (mean_s / rest.mean()))
