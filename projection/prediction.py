"""The model against what was measured: loads that it learnt from, and loads held out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, geometric_mean
from typing import Literal

import numpy as np
from simpy import Environment

from analysis.cells import Floats
from analysis.quantiles import nearest_rank
from analysis.windows import within
from projection.network import Answered, simulate
from projection.observed import Load
from projection.pool import Pool
from projection.store import Store

THROUGHPUT_WITHIN, P95_WITHIN = 0.05, 0.20
"""Errors up to which a prediction counts as one."""
DRAIN_S = 60.0
SEED = 1


Part = Literal["held out", "learnt from", "left out"]
"""What a load was to the model; left out: it was to be learnt from, but the store was full."""


@dataclass(frozen=True)
class Prediction:
    """One load, measured and foretold."""

    load: Load
    part: Part
    answers_per_s: float
    p95_ms: float
    used: float
    """CPUs, as far as the demands tell; more than there are where the load is too much."""

    @property
    def throughput_error(self) -> float:
        return self.answers_per_s / self.load.answers_per_s - 1

    @property
    def p95_error(self) -> float:
        return self.p95_ms / self.load.p95_ms - 1

    @property
    def is_within(self) -> bool:
        return _within(self.throughput_error, self.p95_error)


@dataclass(frozen=True)
class Foretold:
    """One load over all its trials, each of which knows its own p95 but roughly."""

    journeys_per_s: float
    trials: int
    used: float
    """CPUs as measured, mean of the trials."""
    throughput_error: float
    """Of all answers together."""
    p95_error: float
    """Geometric mean of the ratios, less 1."""

    @property
    def is_within(self) -> bool:
        return _within(self.throughput_error, self.p95_error)


def held_out(predictions: Sequence[Prediction]) -> list[Prediction]:
    return [each for each in predictions if each.part == "held out"]


def over_trials(predictions: Sequence[Prediction]) -> list[Foretold]:
    """Loads that were held out, in the order of their rates."""
    held = held_out(predictions)
    by_rate = [
        (rate, [each for each in held if each.load.journeys_per_s == rate])
        for rate in sorted({each.load.journeys_per_s for each in held})
    ]
    return [
        Foretold(
            rate,
            len(trials),
            fmean(each.load.used for each in trials),
            sum(each.answers_per_s for each in trials)
            / sum(each.load.answers_per_s for each in trials)
            - 1,
            geometric_mean(each.p95_ms / each.load.p95_ms for each in trials) - 1,
        )
        for rate, trials in by_rate
    ]


def _within(throughput_error: float, p95_error: float) -> bool:
    return abs(throughput_error) <= THROUGHPUT_WITHIN and abs(p95_error) <= P95_WITHIN


def predict(store: Store, parts: Mapping[Part, Sequence[Load]], cpus: float) -> list[Prediction]:
    """Play the schedule of each trial, which was drawn before it ran, through one shared pool.

    The pool holds all roles, since they share one budget; what runs in the background is taken off.
    """
    trials = {id(load.trial): load for loads in parts.values() for load in loads}
    answers = {trial: _play(store, load, cpus) for trial, load in trials.items()}
    return [
        _predicted(store, load, part, answers[id(load.trial)])
        for part, loads in parts.items()
        for load in loads
    ]


def _play(store: Store, load: Load, cpus: float) -> list[Answered]:
    def stations(env: Environment) -> dict[str, Pool]:
        pool = Pool(env, cpus - store.demands.background)
        return dict.fromkeys((role.name for role in store.roles), pool)

    until_s = load.journeys[-1][0].planned_s + DRAIN_S
    return simulate(stations, store.flows, load.journeys, until_s, np.random.default_rng(SEED))


def _predicted(store: Store, load: Load, part: Part, answers: Sequence[Answered]) -> Prediction:
    intended_s = np.array([each.intended_s for each in answers])
    ended_s = np.array([each.ended_s for each in answers])
    times_ms: Floats = np.array([each.response_ms for each in answers])
    asked = load.requests["operation"].value_counts()
    work_s = sum(store.demands.cpu_s.get(str(name), 0.0) * n for name, n in asked.items())
    return Prediction(
        load,
        part,
        float(within(ended_s, load.window).sum() / load.seconds),
        nearest_rank(times_ms[within(intended_s, load.window)], 0.95),
        store.demands.background + work_s / load.seconds,
    )
