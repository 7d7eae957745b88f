"""What each store consists of while it runs, as a table: a row per quantity, a column per arm."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from statistics import fmean

from analysis.measured import MeasuredRun
from analysis.tables import Row
from analysis.trial import Trial
from analysis.wording import NOTHING, RANGE, figures
from experiment.footprint import (
    CLIENTS,
    EDGE,
    PAYMENT_PROVIDER,
    Footprint,
    Link,
    Reading,
    Steady,
    Traffic,
)

KIB = 1024

CAPTION = (
    "Store, edge and database, without the load generator and the payment provider: means over "
    "blocks, over the smallest and the largest block. At rest: ready to serve, before the first "
    "request. Under load: at the end of the steady phase. Bytes are the payload of TCP in both "
    "directions as the kernel counts it for each connection, HTTP headers and health checks among "
    "it, headers of TCP and IP not, per journey that began in the steady phase. Databases are "
    "reached through Unix sockets, whose bytes nobody counts."
)


@dataclass(frozen=True)
class Seen:
    """A trial with its footprint and the steady phase that is looked at, its first."""

    trial: Trial
    footprint: Footprint
    steady: Steady

    @property
    def journeys(self) -> int:
        """That began between the readings of bytes."""
        rows, steady = self.trial.requests, self.steady
        due = rows["intended_s"].between(steady.start_s, steady.end_s, inclusive="left")
        return int((due & (rows["step"] == 0)).sum())


def is_on_record(run: MeasuredRun) -> bool:
    return any(_seen(run, arm) for arm in run.arms)


def footprint_rows(run: MeasuredRun) -> list[Row]:
    seen = [_seen(run, arm) for arm in run.arms]
    return [
        Row(heading, tuple(_cell([measure(each) for each in of_arm]) for of_arm in seen))
        for heading, measure in _QUANTITIES.items()
    ]


def closed_words(run: MeasuredRun) -> str:
    """Which arms closed connections meanwhile, so that their bytes are a lower bound."""
    counts = {arm: sum(each.steady.closed for each in _seen(run, arm)) for arm in run.arms}
    named = ", ".join(f"{count:,} in {arm}" for arm, count in counts.items() if count)
    if not named:
        return "No connection was closed meanwhile."
    return f"Connections that closed meanwhile took their last bytes along: {named}."


def _seen(run: MeasuredRun, arm: str) -> list[Seen]:
    return [
        Seen(trial, trial.footprint, trial.footprint.steady[0])
        for trial in run.of(arm)
        if trial.footprint is not None and trial.footprint.steady
    ]


def _cell(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return NOTHING
    mean, low, high = map(_number, (fmean(known), min(known), max(known)))
    return mean if low == high else f"{mean}\n{low}{RANGE}{high}"


def _number(value: float) -> str:
    """Counts as they are, all else by three figures."""
    return f"{value:,.0f}" if value == round(value) else figures(value)


def _processes(reading: Reading) -> int:
    return sum(role.processes for role in reading.roles)


def _memory_mb(reading: Reading) -> float:
    return sum(role.memory_mb for role in reading.roles)


def _database_connections(reading: Reading) -> int:
    return sum(role.database_connections for role in reading.roles)


def _connections(reading: Reading) -> int:
    return sum(link.connections for link in reading.links if _is_inside(link))


def _is_inside(hop: Link | Traffic) -> bool:
    return hop.caller != CLIENTS and hop.callee != PAYMENT_PROVIDER


def _is_from_edge(hop: Traffic) -> bool:
    return hop.caller == EDGE


def _is_between_services(hop: Traffic) -> bool:
    return _is_inside(hop) and not _is_from_edge(hop)


def _kb_per_journey(wanted: Callable[[Traffic], bool]) -> Callable[[Seen], float | None]:
    def measure(seen: Seen) -> float | None:
        chosen: Collection[Traffic] = [each for each in seen.steady.traffic if wanted(each)]
        if not seen.journeys:
            return None
        return sum(each.bytes for each in chosen) / KIB / seen.journeys

    return measure


_QUANTITIES: dict[str, Callable[[Seen], float | None]] = {
    "time from nothing to ready, s": lambda seen: seen.trial.record.start_s,
    "processes under load": lambda seen: _processes(seen.steady.end),
    "memory at rest, MiB": lambda seen: _memory_mb(seen.footprint.rest),
    "memory under load, MiB": lambda seen: _memory_mb(seen.steady.end),
    "TCP connections within the store, at rest": lambda seen: _connections(seen.footprint.rest),
    "TCP connections within the store, under load": lambda seen: _connections(seen.steady.end),
    "database connections at rest": lambda seen: _database_connections(seen.footprint.rest),
    "database connections under load": lambda seen: _database_connections(seen.steady.end),
    "clients to edge, KiB per journey": _kb_per_journey(lambda hop: hop.caller == CLIENTS),
    "edge to store, KiB per journey": _kb_per_journey(_is_from_edge),
    "between services, KiB per journey": _kb_per_journey(_is_between_services),
    "to the payment provider, KiB per journey": _kb_per_journey(
        lambda hop: hop.callee == PAYMENT_PROVIDER
    ),
}
