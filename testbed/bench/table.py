"""The tables of a bench: drawn on a terminal, plain columns elsewhere."""

from collections.abc import Iterable, Iterator, Sequence

from testbed.bench.figure import Figure
from testbed.bench.record import (
    BenchRecord,
    Crossing,
    FeatureFigures,
    InstrumentFigures,
    Ratio,
    Turns,
)
from testbed.bench.stores.at_once import CONNECTIONS
from testbed.terminal import Terminal

Rows = Sequence[Sequence[str]]
Titled = tuple[str, Sequence[str], Rows]
"""Title, head, rows."""


def show(console: Terminal, record: BenchRecord) -> None:
    if record.crossing is not None:
        show_tables(console, crossing_tables(record.crossing))
    for feature in record.features:
        show_tables(console, feature_tables(feature))
    if record.turns is not None:
        show_tables(console, turn_tables(record.turns))
    for costs in record.instrument:
        show_tables(console, instrument_tables(costs))


def show_tables(console: Terminal, tables: Iterable[Titled]) -> None:
    for title, head, rows in tables:
        console.say()
        console.say((title, "bold"))
        if console.is_terminal:
            console.show(rows, head)
        else:
            console.say("\n".join(_plain([head, *rows])))


def crossing_tables(crossing: Crossing) -> Iterator[Titled]:
    yield "A crossing, by its way (ms per call)", _WAYS, _way_rows(crossing)
    yield "What its parts cost (ms per call, by difference)", _PARTS, _part_rows(crossing)
    yield "Boundary tax", _RATIOS, _ratio_rows(crossing.ratios)


def feature_tables(feature: FeatureFigures) -> Iterator[Titled]:
    name = feature.feature.capitalize()
    yield f"{name}, one request at a time (ms per request)", _SIDES, _side_rows(feature)
    yield f"{name}s per second, one client and {CONNECTIONS} at once", _RATES, _rate_rows(feature)
    yield f"{name}, speeds", _RATIOS, _ratio_rows(feature.ratios)


def turn_tables(turns: Turns) -> Iterator[Titled]:
    yield "A product page by process (ms of CPU per page)", _TURNS, _turn_rows(turns)
    yield "Taking turns on one core", _RATIOS, _ratio_rows(turns.ratios)


def instrument_tables(found: InstrumentFigures) -> Iterator[Titled]:
    name = found.feature.capitalize()
    yield f"{name}, with the instrument and without (ms of CPU)", _INSTRUMENT, _cost_rows(found)
    yield f"{name}, what the instrument does to ratios", _RATIOS, _ratio_rows(found.ratios)


_WAYS = ("Way", "Time", "CPU", "Caller", "Callee", "Proxy", "CPU / leanest")
_PARTS = ("Part", "Time", "CPU")
_RATIOS = ("Ratio", "Estimate (95 %)", "Goal", "")
_TURNS = ("Process", "Asked alone", "In turn with others", "Within a composed page")
_INSTRUMENT = ("Store", "With", "Without", "What it costs", "With / without")
_SIDES = ("Side", "Time", "CPU, process", "CPU, database")
_RATES = ("Side", "One at a time", "At once", "Cores busy")


def _way_rows(crossing: Crossing) -> Rows:
    return [
        (
            way.says,
            way.wall_ms.as_text(),
            way.cpu_ms.as_text(),
            *(f"{way.cpu_ms_by_part.get(part, 0):.3f}" for part in ("caller", "callee", "proxy")),
            way.ratio_to_leanest.as_text(2),
        )
        for way in crossing.ways
    ]


def _part_rows(crossing: Crossing) -> Rows:
    return [(part.name, part.wall_ms.as_text(), part.cpu_ms.as_text()) for part in crossing.parts]


def _side_rows(feature: FeatureFigures) -> Rows:
    return [
        (
            side.side,
            side.wall_ms.as_text(2),
            side.process_cpu_ms.as_text(2),
            side.database_cpu_ms.as_text(2),
        )
        for side in feature.sides
    ]


def _rate_rows(feature: FeatureFigures) -> Rows:
    return [
        (
            side.side,
            side.alone_per_s.as_text(0),
            side.at_once.per_s.as_text(0),
            side.at_once.busy.as_text(2),
        )
        for side in feature.sides
        if side.alone_per_s is not None and side.at_once is not None
    ]


def _cost_rows(found: InstrumentFigures) -> Rows:
    return [
        (
            each.store,
            each.with_ms.as_text(),
            each.without_ms.as_text(),
            each.cost_ms.as_text(),
            each.ratio.as_text(),
        )
        for each in found.stores
    ]


def _turn_rows(turns: Turns) -> Rows:
    return [
        (each.role, *map(_known, (each.alone_ms, each.in_turn_ms, each.composed_ms)))
        for each in turns.processes
    ]


def _known(figure: Figure | None) -> str:
    return "" if figure is None else figure.as_text(2)


def _ratio_rows(ratios: Sequence[Ratio]) -> Rows:
    return [(each.says, each.figure.as_text(2), _goal(each), _kept(each)) for each in ratios]


def _goal(ratio: Ratio) -> str:
    if ratio.most is not None:
        return f"at most {ratio.most:g}"
    return "" if ratio.least is None else f"at least {ratio.least:g}"


def _kept(ratio: Ratio) -> str:
    return {True: "kept", False: "missed", None: ""}[ratio.is_kept]


def _plain(rows: Rows) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
