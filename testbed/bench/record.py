"""What ``twinstack bench --out`` writes."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from experiment.machine import Machine
from testbed.bench.figure import Figure


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ratio(_Record):
    """A ratio, and the bound that it is to keep, if there is one."""

    says: str
    figure: Figure
    most: float | None = None
    least: float | None = None

    @property
    def is_kept(self) -> bool | None:
        """Whether the estimate keeps the bound; None without a bound."""
        if self.most is not None:
            return self.figure.value <= self.most
        return None if self.least is None else self.figure.value >= self.least


class WayFigures(_Record):
    """One way from a caller to a callee; costs are per call."""

    name: str
    says: str
    wall_ms: Figure
    cpu_ms: Figure
    cpu_ms_by_part: Mapping[str, float]
    """caller, callee, proxy"""
    ratio_to_leanest: Figure
    """Of CPU time."""


class Part(_Record):
    """What one part of a crossing costs: the difference of two ways that differ in it alone."""

    name: str
    wall_ms: Figure
    cpu_ms: Figure


class Crossing(_Record):
    """The boundary tax."""

    calls_per_round: int
    ways: tuple[WayFigures, ...]
    parts: tuple[Part, ...]
    ratios: tuple[Ratio, ...]


class Ceiling(_Record):
    """Of old records: 1 / cost of one request at a time, which requests at once do exceed."""

    name: str
    per_s: float


class AtOnce(_Record):
    """What a side did when it was asked over many connections at once."""

    connections: int
    per_s: Figure
    """Answers per second."""
    busy: Figure
    """Share of the store's cores that processes and database used; 1 is all of them."""


class SideFigures(_Record):
    """A feature of one side; costs are per request."""

    side: str
    wall_ms: Figure
    """Without what the payment provider slept."""
    process_cpu_ms: Figure
    database_cpu_ms: Figure
    alone_per_s: Figure | None = None
    """Answers per second, one request at a time; None in old records."""
    at_once: AtOnce | None = None
    """None in old records."""
    ceilings: tuple[Ceiling, ...] = ()
    """In old records only."""


class FeatureFigures(_Record):
    """One feature of all sides."""

    feature: str
    requests_per_round: int
    requests_at_once_per_round: int = 0
    sides: tuple[SideFigures, ...]
    ratios: tuple[Ratio, ...]


class TurnFigures(_Record):
    """CPU time that one process takes for its part of a product page; None: not measured."""

    role: str
    alone_ms: Figure | None
    """Asked again and again, and nobody else."""
    in_turn_ms: Figure | None
    """Asked in turn with the other processes."""
    composed_ms: Figure | None
    """Within a page that services compose."""


class Turns(_Record):
    """What taking turns on one core costs."""

    pages_per_round: int
    processes: tuple[TurnFigures, ...]
    ratios: tuple[Ratio, ...]


class InstrumentCost(_Record):
    """What counters, trace and fault points cost one store: CPU of its processes per request."""

    store: str
    with_ms: Figure
    without_ms: Figure
    cost_ms: Figure
    """The difference, paired by start."""
    ratio: Figure
    """With / without, paired by start."""


class InstrumentFigures(_Record):
    """The same for one feature of both stores."""

    feature: str
    requests_per_round: int
    stores: tuple[InstrumentCost, ...]
    ratios: tuple[Ratio, ...]
    """Of the two stores with it and without, and by how much it moves that ratio."""


class BenchRecord(_Record):
    """A whole bench."""

    schema_version: Literal[2, 3, 4] = 4
    started_at: str
    """RFC 3339, UTC."""
    starts: int
    rounds: int
    """Of each start."""
    seed: int
    machine: Machine
    cores: str
    versions: Mapping[str, str]
    commit: str
    factors: Mapping[str, str]
    """How it was measured."""
    crossing: Crossing | None = None
    """None, as are the next two: it was not asked for."""
    features: tuple[FeatureFigures, ...] = ()
    turns: Turns | None = None
    instrument: tuple[InstrumentFigures, ...] = ()
    """Empty: it was not asked for."""
