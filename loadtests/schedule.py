"""The schedule of a block: every step of every journey with the time at which it is meant to start.

It is made before the run from a seed, and it is the same for every arm. Journeys arrive openly,
as a Poisson process or evenly spaced, whatever the store does; each kind of journey is a stream
of its own, so that a surge of one leaves all others as they were.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, get_args

import numpy as np
import orjson
import pyarrow as pa

from experiment.errors import InputError
from experiment.load import Journey, Load
from experiment.part import Profile
from experiment.rows import ARRIVALS
from experiment.scenario import Scenario
from experiment.shape import Trace
from experiment.store import Sample
from experiment.trace import read_trace
from loadtests.choices import Demand, Visitors, demand_in, stream
from loadtests.journeys import REPEAT, STEPS
from loadtests.operations import OPERATIONS
from loadtests.rates import (
    Stretch,
    Times,
    arrivals_at,
    expected_journeys,
    rate_of,
    stretches_of,
)

MOST_JOURNEYS = 3_000_000
"""About nine million requests, which a report still reads, and a few gigabytes while it is made."""


@dataclass(frozen=True)
class _Visit:
    """One journey of one visitor."""

    journey: Journey
    operations: tuple[str, ...]
    intended_s: list[float]
    choices: Sequence[dict[str, Any]]

    def repeated(self, after_s: float) -> Self:
        """With the checkout once more, with the same key, so long after the last step."""
        checkout = self.choices[self.operations.index("checkout")]
        return replace(
            self,
            operations=(*self.operations, REPEAT),
            intended_s=[*self.intended_s, self.intended_s[-1] + after_s],
            choices=[*self.choices, checkout],
        )


def require_schedulable(scenario: Scenario) -> None:
    """InputError when a profile has more journeys, on average, than a schedule may hold."""
    load = scenario.load.model_copy(update={"rate": highest_rate(scenario)})
    for profile in get_args(Profile):
        _require_few(load, stretches_of(scenario, profile))


def highest_rate(scenario: Scenario) -> float:
    """Journeys per second of the load without its shape, or of the largest that a search tries."""
    search = scenario.search
    if search is None:
        return scenario.load.rate
    return search.highest if search.kind == "capacity" else max(search.at.all)


def _require_few(load: Load, stretches: Sequence[Stretch]) -> None:
    journeys = expected_journeys(load, stretches)
    if journeys > MOST_JOURNEYS:
        raise InputError(
            f"The load has about {journeys:,.0f} journeys; a schedule holds {MOST_JOURNEYS:,} at "
            "most. A lower rate, a smaller surge or shorter phases help."
        )


def arrivals_of(scenario: Scenario, profile: Profile, seed: int) -> pa.Table:
    """The schedule of one block of a scenario; see ``schedule``."""
    works = [arm.work.over(scenario.work) for arm in scenario.arms]
    demand = demand_in(scenario.sample, [work.recommendation_factors for work in works])
    return _schedule(scenario.load, stretches_of(scenario, profile), demand, seed)


def schedule(load: Load, stretches: Sequence[Stretch], sample: Sample, seed: int) -> pa.Table:
    """All arrival steps (schema ``ARRIVALS``), by seq and step; the same for the same arguments.

    Journey j with weight w arrives at ``rate_j = load.rate * w / sum of weights`` times the surge
    of the stretch and the factor of the load's shape. The expected number of its arrivals is
    ``m_j``, the integral of its rate: Poisson arrivals number m_j on average with variance m_j,
    constant ones number m_j rounded up or down. Its rows are that times the number of its steps.
    Arrivals of a trace are those of the file, whatever the seed.

    Journeys begin inside the load window only; all their steps are in the schedule, even those
    that fall behind its end, so that the last phase is not cut. A later step is scheduled an
    exponential think time (mean ``load.think_s``) after the one before. ``load.repeats`` adds
    rows of buyers who repeat their checkout, and changes no other row. InputError when there would
    be more than ``MOST_JOURNEYS``.
    """
    return _schedule(load, stretches, demand_in(sample), seed)


def _schedule(load: Load, stretches: Sequence[Stretch], demand: Demand, seed: int) -> pa.Table:
    _require_few(load, stretches)
    visits = [
        visit
        for journey in sorted(load.mix)
        for visit in _visits(load, stretches, demand, seed, journey)
    ]
    visits.sort(key=lambda visit: visit.intended_s[0])
    rows = [row for seq, visit in enumerate(visits) for row in _rows(seq, visit)]
    columns = list(zip(*rows, strict=True)) or [()] * len(ARRIVALS)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, ARRIVALS, strict=True)],
        schema=ARRIVALS,
    )


def _rows(seq: int, visit: _Visit) -> Iterator[tuple[Any, ...]]:
    steps = zip(visit.operations, visit.intended_s, visit.choices, strict=True)
    for step, (operation, intended_s, choices) in enumerate(steps):
        feature = OPERATIONS[operation].feature
        json = orjson.dumps(choices).decode()
        yield seq, step, intended_s, visit.journey, operation, feature, json


def _visits(
    load: Load, stretches: Sequence[Stretch], demand: Demand, seed: int, journey: Journey
) -> list[_Visit]:
    """All visits of one kind, by time of arrival."""
    begins_s = _begins(load, stretches, seed, journey)
    intended_s = _step_times(begins_s, load.think_s, seed, journey).tolist()
    visitors = Visitors(seed, journey, len(begins_s), demand)
    visits = [
        _Visit(journey, STEPS[journey], times, choices)
        for times, choices in zip(intended_s, zip(*visitors.choose(), strict=True), strict=True)
    ]
    return _some_repeated(visits, load, seed) if journey == "buy" else visits


def _some_repeated(visits: list[_Visit], load: Load, seed: int) -> list[_Visit]:
    draws = stream(seed, "buy", "repeats").random(len(visits))
    pauses_s = stream(seed, "buy", "think-repeat").exponential(load.think_s, len(visits))
    return [
        visit.repeated(pause_s) if draw < load.repeats else visit
        for visit, draw, pause_s in zip(visits, draws, pauses_s.tolist(), strict=True)
    ]


def _begins(load: Load, stretches: Sequence[Stretch], seed: int, journey: Journey) -> Times:
    if isinstance(load.shape, Trace):
        recorded_s = read_trace(load.shape.file, load.shape.sha256).times_of(journey)
        times_s = recorded_s / load.shape.speed
        return times_s[times_s < sum(stretch.seconds for stretch in stretches)]
    rate = rate_of(load, stretches, journey)
    return arrivals_at(rate, load.arrivals, stream(seed, journey, "arrivals"))


def _step_times(begins_s: Times, think_s: float, seed: int, journey: Journey) -> Times:
    """Scheduled times, one row for each visit and one column for each step."""
    pauses_s = [
        stream(seed, journey, f"think-{step}").exponential(think_s, len(begins_s))
        for step in range(1, len(STEPS[journey]))
    ]
    return np.column_stack([begins_s, *pauses_s]).cumsum(axis=1)
