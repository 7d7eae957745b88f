"""How the CPU time of each operation divides among the roles of a store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from analysis.cells import Floats
from analysis.resources import store_roles
from projection.demands import Demands
from projection.observed import Load
from projection.seconds import counts_by_second

UNASKED = ("edge", "database")
"""Roles that count no requests; every operation is taken to need them once."""
RARE = 0.2
"""Calls per operation below which a role is taken to have no part in it."""
ROUNDS = 500


@dataclass(frozen=True)
class Role:
    """What one role does for the store."""

    name: str
    visits: Mapping[str, float]
    """Calls per operation."""
    cpu_s: Mapping[str, float]
    """CPU seconds per operation, of all its calls together."""
    background: float
    """CPUs that an instance uses whatever the load is."""
    memory_mb: float
    start_cpu_s: float
    """CPU seconds that an instance used until the store served and a few moments after."""


def roles_of(loads: Sequence[Load], demands: Demands) -> list[Role]:
    """Every role of the store, with its share of the demands."""
    operations = list(demands.cpu_s)
    names = store_roles(loads[0].trial.samples)
    visits = {name: _visits(loads, name, operations) for name in names}
    seconds = sum(load.seconds for load in loads)
    counts = _counts(loads, operations)
    columns = np.array([*(demands.cpu_s[name] for name in operations), 0.0])
    columns = columns * np.array([*counts, 0.0])
    columns[-1] = demands.background * seconds
    used = np.array([sum(load.cpu_s[name] for load in loads) for name in names])
    pattern = np.array([[*visits[name], 1.0] for name in names])
    shares = proportional(pattern, used, columns) / np.array([*np.maximum(counts, 1), seconds])
    return [
        Role(
            name,
            dict(zip(operations, visits[name], strict=True)),
            dict(zip(operations, (float(share) for share in row[:-1]), strict=True)),
            float(row[-1]),
            float(np.mean([load.memory_mb[name] for load in loads])),
            _start_cpu_s(loads, name),
        )
        for name, row in zip(names, shares, strict=True)
    ]


def proportional(pattern: Floats, rows: Floats, columns: Floats) -> Floats:
    """The matrix nearest to ``pattern`` with these sums of rows, and of columns but for a factor.

    Iterative proportional fitting (Deming & Stephan 1940). Zeros stay. The rows are what was
    measured, so that they come out exactly where the columns contradict them.
    """
    matrix = pattern.astype(np.float64)
    columns = columns * (rows.sum() / columns.sum())
    for _ in range(ROUNDS):
        sums = matrix.sum(axis=0)
        matrix = matrix * np.divide(columns, sums, out=np.zeros_like(sums), where=sums > 0)
        matrix = matrix * (rows / np.maximum(matrix.sum(axis=1), 1e-12))[:, None]
    return matrix


def _counts(loads: Sequence[Load], operations: Sequence[str]) -> Floats:
    asked = [load.requests["operation"].value_counts() for load in loads]
    return np.array([float(sum(each.get(name, 0) for each in asked)) for name in operations])


def _visits(loads: Sequence[Load], role: str, operations: Sequence[str]) -> list[float]:
    """Calls per operation, regressed second by second on the role's own counter."""
    if role in UNASKED:
        return [1.0] * len(operations)
    counted = [counts_by_second(load, operations, role, "requests") for load in loads]
    matrix = np.concatenate([each.matrix for each in counted])
    found, _ = nnls(matrix, np.concatenate([each.grown for each in counted]))
    return [float(each) if each >= RARE else 0.0 for each in found[1:]]


def _start_cpu_s(loads: Sequence[Load], role: str) -> float:
    """CPU time of the role at the first sample, which the deployment began with none of."""
    firsts = []
    for load in loads:
        samples = load.trial.samples
        rows = samples[samples["role"] == role].sort_values("t_s")
        firsts.append(float(rows["cpu_s"].iloc[0]))
    return float(np.mean(firsts))
