"""One metric in several phases, such as ways of failing: effects that belong beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.comparison import Comparison, compare, judged
from analysis.measured import MeasuredRun
from analysis.summary import why_void
from analysis.verdict import Outcome
from experiment.between import pair_of
from experiment.metric import Metric
from experiment.scenario import Scenario


@dataclass(frozen=True)
class Effect:
    """A comparison in one phase."""

    comparison: Comparison
    outcome: Outcome | None
    """The verdict; None where the metric is only described, and in a run without verdicts."""

    @property
    def phase(self) -> str:
        return self.comparison.metric.phase


@dataclass(frozen=True)
class Panel:
    """The effects of one metric on some features between two arms, a phase after the other."""

    reference: str
    treatment: str
    effects: tuple[Effect, ...]

    @property
    def metric(self) -> Metric:
        return self.effects[0].comparison.metric


def panels_of(run: MeasuredRun) -> list[list[Panel]]:
    """Of each metric that has a verdict in several: a panel for each pair that it compares.

    Empty for a scenario with one verdict.
    """
    scenario = run.scenario
    if not scenario.judged:
        return []
    void = bool(run.plan.aa or why_void(run, compare(run, scenario.primary)))
    asked: dict[object, list[Metric]] = {_question(metric): [] for metric in scenario.decisive}
    for metric in in_order(scenario, scenario.metrics):
        asked.get(_question(metric), []).append(metric)
    return [
        _panels(run, [_effect(run, metric, void=void) for metric in same])
        for same in asked.values()
    ]


def _panels(run: MeasuredRun, effects: Sequence[Effect]) -> list[Panel]:
    by_pair: dict[tuple[str, str], list[Effect]] = {}
    for effect in effects:
        reference, treatment = pair_of(run.scenario.arms, effect.comparison.metric)
        by_pair.setdefault((reference.name, treatment.name), []).append(effect)
    return [Panel(*pair, tuple(found)) for pair, found in by_pair.items()]


def _question(metric: Metric) -> tuple[object, ...]:
    """What metrics have in common that can be drawn on one scale."""
    return metric.metric, metric.features, metric.margin


def _effect(run: MeasuredRun, metric: Metric, *, void: bool) -> Effect:
    found = compare(run, metric)
    if void or found.estimate is None or metric not in run.scenario.decisive:
        return Effect(found, None)
    return Effect(found, judged(run, found).outcome)


def in_order(scenario: Scenario, metrics: Sequence[Metric]) -> list[Metric]:
    """Metrics by their phases: groups and other phases, then the rows of a matrix as declared."""
    rows = [] if scenario.matrix is None else [row.name for row in scenario.matrix.faults]
    return sorted(metrics, key=lambda m: rows.index(m.phase) if m.phase in rows else -1)
