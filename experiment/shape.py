"""Shapes of a load: a factor over time on the arrival rate.

Times are seconds from the start of the load in the profile ``full``. In a shorter profile each
phase plays the same part of the shape faster, so what falls into a phase falls into it in all.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from experiment.part import Part

Factor = Annotated[float, Field(gt=0, le=1_000)]
Seconds = Annotated[float, Field(gt=0, le=1_000_000)]
Pause = Annotated[float, Field(ge=0, le=1_000_000)]

PIECES_PER_PERIOD = 256
"""Straight lines that stand for one sine wave: off by at most 0.008 % of its amplitude."""


@dataclass(frozen=True)
class Piece:
    """A time during which a factor changes in a straight line."""

    begin_s: float
    end_s: float
    begin: float
    end: float

    def at(self, time_s: float) -> float:
        if math.isinf(self.end_s):
            return self.begin
        share = (time_s - self.begin_s) / (self.end_s - self.begin_s)
        return self.begin + share * (self.end - self.begin)

    def within(self, begin_s: float, end_s: float) -> Self | None:
        """The part of it that lies in a window; None when there is none."""
        begin_s, end_s = max(begin_s, self.begin_s), min(end_s, self.end_s)
        if begin_s >= end_s:
            return None
        return type(self)(begin_s, end_s, self.at(begin_s), self.at(end_s))


def _through(*knots: tuple[float, float]) -> Iterator[Piece]:
    """Straight lines from (time, factor) to (time, factor); the last factor holds for ever."""
    for (begin_s, begin), (end_s, end) in pairwise(knots):
        if end_s > begin_s:
            yield Piece(begin_s, end_s, begin, end)
    last_s, last = knots[-1]
    yield Piece(last_s, math.inf, last, last)


class Flat(Part):
    """The same rate throughout."""

    kind: Literal["flat"] = "flat"
    last_change_s: ClassVar[float] = 0.0

    def pieces(self) -> Iterator[Piece]:
        return _through((0.0, 1.0))


class Steps(Part):
    """One factor after the other; the last one holds until the end."""

    kind: Literal["steps"]
    factors: Annotated[tuple[Factor, ...], Field(min_length=1, max_length=1_000)]
    step_s: Seconds
    """Length of each step."""

    @property
    def last_change_s(self) -> float:
        return (len(self.factors) - 1) * self.step_s

    def pieces(self) -> Iterator[Piece]:
        edges = [
            (side * self.step_s, factor)
            for step, factor in enumerate(self.factors)
            for side in (step, step + 1)
        ]
        return _through(*edges)


class Spike(Part):
    """From 1 up to a height and back, in straight lines."""

    kind: Literal["spike"]
    height: Factor
    at_s: Pause
    """Where the rise begins."""
    rise_s: Pause
    hold_s: Pause
    fall_s: Pause

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.rise_s + self.hold_s + self.fall_s <= 0:
            raise ValueError("rise_s, hold_s and fall_s are all zero, so there is no spike")
        return self

    @property
    def last_change_s(self) -> float:
        """Where it begins: a load may end on its way down, or at its height."""
        return self.at_s

    def pieces(self) -> Iterator[Piece]:
        top_s = self.at_s + self.rise_s
        end_s = top_s + self.hold_s
        knots = [(0.0, 1.0), (self.at_s, 1.0), (top_s, self.height), (end_s, self.height)]
        return _through(*knots, (end_s + self.fall_s, 1.0))


class Diurnal(Part):
    """A sine wave from ``low`` (at the start) to ``high`` (half a period later) and back."""

    kind: Literal["diurnal"]
    period_s: Annotated[float, Field(ge=1, le=1_000_000)]
    low: Factor
    high: Factor
    last_change_s: ClassVar[float] = 0.0

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.low >= self.high:
            raise ValueError("low must be below high")
        return self

    def _at(self, turn: float) -> float:
        middle, amplitude = (self.high + self.low) / 2, (self.high - self.low) / 2
        return middle - amplitude * math.cos(2 * math.pi * turn)

    def pieces(self) -> Iterator[Piece]:
        """Endless: whoever reads them stops at the end of the load."""
        for begin, end in pairwise(index / PIECES_PER_PERIOD for index in count()):
            times = begin * self.period_s, end * self.period_s
            yield Piece(*times, self._at(begin), self._at(end))


class Trace(Part):
    """Arrivals as they were recorded, from a file of ``twinstack trace import``.

    Its times are those of the trace in every profile: a shorter profile plays its beginning.
    """

    kind: Literal["trace"]
    file: Path
    """Relative to the folder of the scenario file, or of the run; whole in between."""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    """Of the file's content; filled in when a scenario is read, and checked if it is given."""
    speed: Factor = 1.0
    """Recorded seconds that pass in one second of the load."""
    last_change_s: ClassVar[float] = 0.0


Shape = Annotated[Flat | Steps | Spike | Diurnal | Trace, Field(discriminator="kind")]
