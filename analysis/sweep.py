"""A strength that is swept: rows of a matrix that differ in one number, and what became of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analysis.comparison import Comparison, compare
from analysis.measured import MeasuredRun
from experiment.matrix import Matrix, Row
from experiment.metric import Metric

FEWEST = 3
"""Strengths that make a curve."""
CALM = "control"
"""The stretches without a fault: strength zero."""


@dataclass(frozen=True)
class Strength:
    """The one number in which some rows differ."""

    name: str
    """Of the parameter, such as cpu_ms."""
    kind: str
    """Of the faults."""
    by_row: dict[str, float]

    @property
    def says(self) -> str:
        return f"{self.name} of {self.kind}"


@dataclass(frozen=True)
class Curve:
    """One metric on some features between two arms, over a strength."""

    strength: Strength
    points: tuple[tuple[float, Comparison], ...]
    """By strength; zero where the metric is known for the stretches without a fault, too."""

    @property
    def metric(self) -> Metric:
        return self.points[-1][1].metric


def strengths_of(matrix: Matrix) -> Iterator[Strength]:
    """Every set of at least three rows that are equal but for one number."""
    for kind in dict.fromkeys(row.kind for row in matrix.faults):
        rows = [row for row in matrix.faults if row.kind == kind]
        for name in _numbers_in(rows):
            yield from _alike(kind, name, [row for row in rows if name in row.parameters])


def _numbers_in(rows: Iterable[Row]) -> list[str]:
    found = (name for row in rows for name, value in row.parameters.items() if _is_number(value))
    return list(dict.fromkeys(found))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _alike(kind: str, name: str, rows: Iterable[Row]) -> Iterator[Strength]:
    """Rows that differ in ``name`` and in nothing else."""
    by_others: dict[tuple[object, ...], dict[str, float]] = {}
    for row in rows:
        others = sorted((k, str(v)) for k, v in row.parameters.items() if k != name)
        by_others.setdefault(tuple(others), {})[row.name] = float(row.parameters[name])
    for by_row in by_others.values():
        if len(set(by_row.values())) >= FEWEST:
            yield Strength(name, kind, by_row)


def curves_of(run: MeasuredRun) -> list[Curve]:
    """In the order in which the scenario names the metrics."""
    if run.scenario.matrix is None:
        return []
    strengths = list(strengths_of(run.scenario.matrix))
    asked: dict[object, list[Metric]] = {}
    for metric in run.scenario.metrics:
        asked.setdefault((metric.metric, metric.features, metric.between), []).append(metric)
    curves = [_curve(run, strength, same) for same in asked.values() for strength in strengths]
    return [curve for curve in curves if len(curve.points) >= FEWEST]


def _curve(run: MeasuredRun, strength: Strength, metrics: Iterable[Metric]) -> Curve:
    """Without the strengths that no block could tell the metric of."""
    levels = {CALM: 0.0, **strength.by_row}
    found = {m.phase: compare(run, m) for m in metrics if m.phase in levels}
    if not found.keys() & strength.by_row.keys():
        return Curve(strength, ())
    points = [(levels[phase], each) for phase, each in found.items() if each.estimate is not None]
    return Curve(strength, tuple(sorted(points, key=lambda point: point[0])))
