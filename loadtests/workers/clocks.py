"""How far a worker's clock is from the master's, measured by round trips as NTP does (RFC 5905).

The worker tells its time somewhere between question and answer. Taken for the middle, it is wrong
by half of the round trip at most, whatever share of the trip each way took; so the smallest trip
of many knows the offset best.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Column: TypeAlias = "pa.ChunkedArray[Any]"

TRIPS = 50
"""Few take the time of a trial; of many, one meets no delay."""

MEASURED = ("sent_s", "ended_s")
"""Columns of rows that a worker took from its clock."""


@dataclass(frozen=True)
class RoundTrip:
    """One question for the time; seconds of monotonic clocks."""

    asked_s: float
    told_s: float
    """On the worker's clock, the others on the master's."""
    heard_s: float

    @property
    def took_s(self) -> float:
        return self.heard_s - self.asked_s


@dataclass(frozen=True)
class Offset:
    """The worker's clock less the master's, at one moment."""

    at_s: float
    """On the master's clock."""
    offset_s: float
    uncertainty_s: float


def offset_of(trips: Sequence[RoundTrip]) -> Offset:
    """By the quickest of at least one round trip."""
    best = min(trips, key=lambda trip: trip.took_s)
    at_s = (best.asked_s + best.heard_s) / 2
    return Offset(at_s, best.told_s - at_s, best.took_s / 2)


def measured(ask: Callable[[], float], clock: Callable[[], float]) -> Offset:
    """The offset of the clock that ``ask`` tells from ``clock``, both in seconds."""
    trips = []
    for _ in range(TRIPS):
        asked_s = clock()
        told_s = ask()
        trips.append(RoundTrip(asked_s, told_s, clock()))
    return offset_of(trips)


@dataclass(frozen=True)
class Drift:
    """An offset that was measured before and after a load."""

    before: Offset
    after: Offset

    @property
    def drift_s(self) -> float:
        return self.after.offset_s - self.before.offset_s

    @property
    def uncertainty_s(self) -> float:
        return max(self.before.uncertainty_s, self.after.uncertainty_s)

    @property
    def rate(self) -> float:
        """Seconds per second, taken for constant."""
        return self.drift_s / (self.after.at_s - self.before.at_s)


def on_the_masters_clock(
    rows: pa.Table, planned: pa.Table, drift: Drift, start_s: float
) -> pa.Table:
    """Rows (schema ``RECORDED``) of a worker whose clock drifted, with the times of the master's.

    The load began at ``start_s`` on the master's clock, and the worker counts from the moment that
    was this one by the offset before the load. ``planned`` is its share (schema ``ARRIVALS``): a
    step that was intended as planned stays so, since the plan is in no clock's time; what was
    intended for the end of the step before moves with it.
    """
    for name in MEASURED:
        rows = _with(rows, name, _corrected(rows[name], drift, start_s))
    as_planned = _planned_times(rows, planned) == rows["intended_s"].to_numpy()
    moved = _corrected(rows["intended_s"], drift, start_s)
    return _with(rows, "intended_s", pc.if_else(pa.array(as_planned), rows["intended_s"], moved))


def _corrected(
    times_s: "pa.ChunkedArray[Any]", drift: Drift, start_s: float
) -> "pa.ChunkedArray[Any]":
    """Less what the clock has gained since the measurement before the load."""
    since_s = pc.add(times_s, start_s - drift.before.at_s)
    return pc.subtract(times_s, pc.multiply(since_s, drift.rate))


def _with(rows: pa.Table, name: str, values: Column) -> pa.Table:
    place = rows.schema.get_field_index(name)
    return rows.set_column(place, rows.schema.field(name), values)


def _planned_times(rows: pa.Table, planned: pa.Table) -> NDArray[np.float64]:
    """For each row the time in ``planned`` of the same step of the same journey."""
    keys = _keys(planned)
    order = np.argsort(keys)
    places = order[np.searchsorted(keys, _keys(rows), sorter=order)]
    times_s: NDArray[np.float64] = planned["intended_s"].to_numpy()[places]
    return times_s


def _keys(table: pa.Table) -> NDArray[np.int64]:
    steps = table["step"].to_numpy().astype(np.int64)
    keys: NDArray[np.int64] = table["seq"].to_numpy().astype(np.int64) * 2**16 + steps
    return keys
