"""The same scenario, measured on several platforms: what each run found, never pooled."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.comparison import Comparison, compare
from analysis.measured import MeasuredRun, load_run
from analysis.summary import Summary, summarise
from experiment.errors import InputError
from experiment.metric import Metric
from experiment.record import Plan, RunFolder

_SAME: Mapping[str, Callable[[Plan], Any]] = {
    "the scenario": lambda plan: plan.scenario.name,
    "the question": lambda plan: plan.scenario.question,
    "the kind of run": lambda plan: "A/A" if plan.aa else "comparison",
    "the arms": lambda plan: plan.scenario.arms,
    "the primary metric": lambda plan: plan.scenario.primary,
}
"""Without which two verdicts would not be about the same thing."""


@dataclass(frozen=True)
class Side:
    """What was found on one platform."""

    run: MeasuredRun

    @property
    def platform(self) -> str:
        return self.run.plan.platform

    @cached_property
    def summary(self) -> Summary:
        return summarise(self.run)

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """The primary metric first."""
        scenario = self.run.scenario
        return [compare(self.run, metric) for metric in scenario.metrics]

    def of(self, metric: Metric) -> Comparison | None:
        """None where this run does not have the metric."""
        return next((found for found in self.comparisons if found.metric == metric), None)


@dataclass(frozen=True)
class Sides:
    """Runs in the order in which they are shown."""

    sides: tuple[Side, ...]

    @property
    def first(self) -> MeasuredRun:
        return self.sides[0].run

    @property
    def platforms(self) -> list[str]:
        return [side.platform for side in self.sides]

    @property
    def metrics(self) -> list[Metric]:
        """Of all runs, the primary first; one that some runs lack is there as well."""
        found = [comparison.metric for side in self.sides for comparison in side.comparisons]
        return [metric for index, metric in enumerate(found) if metric not in found[:index]]


def load_sides(folders: Sequence[RunFolder]) -> Sides:
    """Read the runs; InputError, before any rows are read, when they are no sides of one thing."""
    plans = [folder.read_plan() for folder in folders]
    if len(plans) == 1:
        raise InputError("One run is nothing to compare; name that of another platform, too.")
    for plan in plans:
        if plan.scenario.search is not None:
            raise InputError(f"{plan.run_id} is a search; each has a report of its own.")
        _require_same(plans[0], plan)
    twice = [name for name, count in Counter(p.platform for p in plans).items() if count > 1]
    if twice:
        raise InputError(
            f"More than one of the runs is of platform {twice[0]}; "
            "twinstack report RUN RUN pools what was measured on one platform."
        )
    return Sides(tuple(Side(load_run(folder)) for folder in folders))


def _require_same(one: Plan, other: Plan) -> None:
    for name, fact in _SAME.items():
        if fact(one) != fact(other):
            raise InputError(
                f"{one.run_id} and {other.run_id} cannot be compared: {name} of one is not that "
                "of the other."
            )
