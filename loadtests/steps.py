"""A schedule read row by row, one journey at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, starmap
from operator import attrgetter

import pyarrow as pa

from experiment.rows import ARRIVALS


@dataclass(frozen=True, slots=True)
class Step:
    """One row of ``ARRIVALS``."""

    seq: int
    step: int
    intended_s: float
    journey: str
    operation: str
    feature: str
    choices: str


def journeys_of(arrivals: pa.Table) -> Iterator[list[Step]]:
    """The steps of each journey, journeys by time of arrival.

    Columns are read at once, rows are built one by one, when their journey is due: a long
    schedule costs little memory and leaves the garbage collector nothing to walk.
    """
    columns = [arrivals[name].to_pylist() for name in ARRIVALS.names]
    for _, steps in groupby(starmap(Step, zip(*columns, strict=True)), key=attrgetter("seq")):
        yield list(steps)
