"""Arrival rates over time, and arrivals that follow them.

Arrivals are made at one a second and moved to where the cumulated rate reaches their number.
For a Poisson process this is exact (time change; Cinlar, Introduction to Stochastic Processes,
1975, chapter 4.7). Thinning (Lewis and Shedler 1979) is exact as well, but draws for its highest
rate, so a higher peak would move every arrival before it; here, two schedules agree for as long
as their rates agree, and evenly spaced arrivals are made in the same way.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from experiment.load import Journey, Load
from experiment.part import Profile
from experiment.scenario import Scenario
from experiment.shape import Piece, Trace

Times = NDArray[np.float64]
"""Seconds from the start of the load."""

SPARE_SIGMAS = 10
"""A Poisson process is drawn until this far above the number expected of it."""


@dataclass(frozen=True)
class Stretch:
    """Part of the load window in which no surge begins or ends."""

    seconds: float
    surge: Mapping[Journey, float]
    """Factors on the rates of single journeys."""
    pace: float = 1.0
    """Seconds of the load's shape that pass in one second."""


def stretches_of(scenario: Scenario, profile: Profile) -> list[Stretch]:
    """One for each phase; a phase shorter than in ``full`` plays its part of the shape faster.

    A matrix is one, whatever its order: nothing in it changes the load.
    """
    stretches = [
        Stretch(seconds, phase.surge, phase.seconds.full / seconds)
        for phase in scenario.phases
        for seconds in [phase.seconds.of(profile)]
    ]
    if scenario.matrix is not None:
        phases_s = sum(stretch.seconds for stretch in stretches)
        stretches.append(Stretch(scenario.duration_s(profile) - phases_s, {}))
    return stretches


def rate_of(load: Load, stretches: Sequence[Stretch], journey: Journey) -> list[Piece]:
    """The arrival rate of one journey per second, over the load window without gaps."""
    rate = load.rate * load.mix[journey] / sum(load.mix.values())
    pieces: list[Piece] = []
    begin_s = shape_begin_s = 0.0
    for stretch in stretches:
        factor = rate * stretch.surge.get(journey, 1.0)
        shape_end_s = shape_begin_s + stretch.seconds * stretch.pace
        pieces.extend(
            Piece(
                begin_s + (piece.begin_s - shape_begin_s) / stretch.pace,
                begin_s + (piece.end_s - shape_begin_s) / stretch.pace,
                factor * piece.begin,
                factor * piece.end,
            )
            for piece in _shape_within(load, shape_begin_s, shape_end_s)
        )
        begin_s += stretch.seconds
        shape_begin_s = shape_end_s
    return pieces


def expected_journeys(load: Load, stretches: Sequence[Stretch]) -> float:
    """Mean number of journeys that arrive within the load window."""
    if isinstance(load.shape, Trace):
        return load.rate * sum(stretch.seconds for stretch in stretches)
    return sum(
        (piece.begin + piece.end) / 2 * (piece.end_s - piece.begin_s)
        for journey in load.mix
        for piece in rate_of(load, stretches, journey)
    )


def _shape_within(load: Load, begin_s: float, end_s: float) -> Iterator[Piece]:
    if isinstance(load.shape, Trace):
        raise TypeError("a trace has arrivals, not a rate")
    for piece in takewhile(lambda piece: piece.begin_s < end_s, load.shape.pieces()):
        part = piece.within(begin_s, end_s)
        if part:
            yield part


def arrivals_at(rate: Sequence[Piece], process: str, draws: np.random.Generator) -> Times:
    """Times of arrivals, "constant" or "poisson", that follow a rate."""
    begins_s = np.array([piece.begin_s for piece in rate])
    begins = np.array([piece.begin for piece in rate])
    ends = np.array([piece.end for piece in rate])
    seconds = np.array([piece.end_s for piece in rate]) - begins_s
    reached = np.concatenate([[0.0], np.cumsum((begins + ends) / 2 * seconds)])
    counts = _unit_arrivals(process, float(reached[-1]), draws)
    at = np.searchsorted(reached, counts, side="right") - 1
    slopes = (ends - begins) / seconds
    rest = counts - reached[at]
    # The root of begin * t + slope * t^2 / 2 = rest, in the form that a slope of zero suits too.
    root = np.sqrt(np.maximum(begins[at] ** 2 + 2 * slopes[at] * rest, 0.0))
    return np.asarray(begins_s[at] + 2 * rest / (begins[at] + root), dtype=np.float64)


def _unit_arrivals(process: str, until: float, draws: np.random.Generator) -> Times:
    """Arrivals at one a second up to ``until``; stretching them gives those at any rate."""
    if process == "constant":
        return np.arange(draws.random(), until, 1.0)
    enough = int(until + SPARE_SIGMAS * (1 + math.sqrt(until))) + 1
    arrivals = draws.exponential(size=enough).cumsum()
    return arrivals[arrivals < until]
