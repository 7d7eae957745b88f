"""The tables of the report, as plain rows of text."""

from dataclasses import dataclass

from analysis.cells import Floats
from analysis.comparison import compare
from analysis.measured import MeasuredRun
from analysis.quantiles import needed_for, quantile, quantile_interval
from analysis.wording import (
    NOTHING,
    RANGE,
    UNITS,
    effect,
    failures,
    figures,
    interval,
    percent,
    quantity,
)
from experiment.metric import Metric, is_percentage
from experiment.rows import Outcome

QUANTILES = (0.5, 0.95, 0.99)


@dataclass(frozen=True)
class Row:
    """A row with its heading; ``strong`` marks a total, ``group`` a row that opens a group."""

    heading: str
    cells: tuple[str, ...]
    strong: bool = False
    group: str = ""


def failure_rows(run: MeasuredRun) -> list[Row]:
    """Share of failed requests by feature; columns are phases, and arms within each phase."""
    asked = run.scenario.primary.features
    groups = [("all features", tuple(run.features))]
    if asked:
        groups.insert(0, ("features in question", asked))
    totals = [Row(name, _failure_cells(run, members), strong=True) for name, members in groups]
    return [*(Row(name, _failure_cells(run, (name,))) for name in run.features), *totals]


def _failure_cells(run: MeasuredRun, features: tuple[str, ...]) -> tuple[str, ...]:
    cells = []
    for phase in run.shown_phases:
        for arm in run.arms:
            shares = run.shares(arm, phase, features)
            cells.append(failures(shares.failed, shares.n))
    return tuple(cells)


def latency_rows(run: MeasuredRun) -> list[Row]:
    """By phase and feature, for each arm: p50, p95, p99 in ms with their intervals, and shares.

    The shares are those of slow, degraded and good requests.
    """
    rows = []
    for phase in run.shown_phases:
        for index, feature in enumerate(run.features):
            cells = [c for arm in run.arms for c in _latency_cells(run, arm, phase, feature)]
            rows.append(Row(feature, tuple(cells), group="" if index else phase))
    return rows


def _latency_cells(run: MeasuredRun, arm: str, phase: str, feature: str) -> list[str]:
    answered = run.answered_ms(arm, phase, (feature,))
    times = [_quantile_cell(answered, p) for p in QUANTILES]
    shares = run.shares(arm, phase, (feature,))
    if not shares.n:
        return [*times, NOTHING, NOTHING, NOTHING]
    return [*times, *(percent(k / shares.n) for k in (shares.slow, shares.degraded, shares.good))]


def _quantile_cell(values: Floats, p: float) -> str:
    """A quantile over its interval, or how many answers it would take to tell it."""
    value = quantile(values, p)
    if value is None:
        return f"needs {needed_for(p)}"
    bounds = quantile_interval(values, p)
    if bounds is None:
        return figures(value)
    low, high = bounds
    return f"{figures(value)}\n{figures(low)}{RANGE}{figures(high)}"


def outcome_rows(run: MeasuredRun) -> list[Row]:
    """What became of all requests in the reported phases, by outcome and arm."""
    rows = []
    for outcome in Outcome.__args__:  # type: ignore[attr-defined]  # the members of a Literal
        counts = [_reported(run, arm, outcome) for arm in run.arms]
        rows.append(Row(outcome.replace("_", " "), tuple(f"{count:,}" for count in counts)))
    return rows


def metric_rows(run: MeasuredRun) -> list[Row]:
    """Primary and secondary metrics: their two arms, effect and interval."""
    metrics = run.scenario.metrics
    return [
        Row(metric.says, _metric_cells(run.compared_by(metric), metric), strong=not index)
        for index, metric in enumerate(metrics)
    ]


def _metric_cells(pair: MeasuredRun, metric: Metric) -> tuple[str, ...]:
    found = compare(pair, metric)
    both, change, says = [NOTHING, NOTHING], NOTHING, "".join(found.unknown[:1])
    if found.estimate is not None:
        both = [quantity(metric, value) for value in found.means()]
        change = f"{effect(metric, found.estimate.value)}{unit_of_effect(metric)}"
        says = interval(found)
    if len(pair.every_arm) > len(pair.arms):
        both = [f"{arm}\n{value}" for arm, value in zip(pair.arms, both, strict=True)]
    return *both, change, says


def unit_of_effect(metric: Metric) -> str:
    if metric.scale == "ratio":
        return "\N{MULTIPLICATION SIGN}"
    return " points" if is_percentage(metric.metric) else f" {UNITS[metric.metric]}"


def metric_columns(run: MeasuredRun) -> list[str]:
    """Headings of ``metric_rows``; among more than two arms, each row names its own."""
    arms = run.arms if run.is_pair else ("reference", "compared with it")
    return [*arms, "effect", f"over {len(run.blocks)} blocks"]


def gate_rows(run: MeasuredRun) -> list[Row]:
    """Every gate of every trial that left a record."""
    rows = []
    for record in run.records:
        name = record.title
        if not record.gates:
            rows.append(Row(name, (NOTHING, record.status, record.reason), strong=True))
        for gate in record.gates:
            passed = "passed" if gate.passed else "failed"
            rows.append(Row(name, (gate.name, passed, gate.says), strong=not gate.passed))
    return rows


def _reported(run: MeasuredRun, arm: str, outcome: str) -> int:
    if outcome == "omitted":
        return int(run.omitted(arm)["phase"].isin(run.shown_phases).sum())
    phases = run.shown_phases
    return sum(trial.cells.outcomes.get((p, outcome), 0) for trial in run.of(arm) for p in phases)
