from io import StringIO
from pathlib import Path

import pytest

from testbed.bench.cost import Cost
from testbed.bench.record import BenchRecord, FeatureFigures, Ratio
from testbed.bench.stores.figures import Size, figures_of
from testbed.bench.table import feature_tables, show_tables
from testbed.terminal import Terminal

PACES = (1.0, 1.1, 0.9)
CHEAPER_AT_ONCE = 0.8
"""Many at once cost less each: fewer wake-ups and turns."""
PROCESS_MS = {"bare": 1.0, "ASGI": 0.4, "monolith": 1.25, "microservices": 4.5}


def alone(process_ms: float) -> list[Cost]:
    return [
        Cost(2 * process_ms * pace, {"process": process_ms * pace, "database": 0.5 * pace})
        for pace in PACES
    ]


def at_once(process_ms: float) -> list[Cost]:
    """The core is busy all the time."""
    whole = [(process_ms + 0.5) * CHEAPER_AT_ONCE * pace for pace in PACES]
    return [Cost(ms, {"process": ms - 0.4, "database": 0.4}) for ms in whole]


def feature() -> FeatureFigures:
    return figures_of(
        "product page",
        {side: alone(ms) for side, ms in PROCESS_MS.items()},
        {side: at_once(ms) for side, ms in PROCESS_MS.items()},
        Size(alone=60, at_once=400, connections=16, cores=1),
    )


def ratios() -> dict[str, Ratio]:
    return {each.says: each for each in feature().ratios}


def test_speed_is_what_the_other_needs_of_what_this_one_needs() -> None:
    found = ratios()
    whole = found["monolith / bare, by CPU of process and database"]
    clock = found["monolith / bare, by the clock, one client"]
    services = found["microservices / monolith, by CPU of processes and database"]
    assert whole.figure.value == pytest.approx(1.5 / 1.75)
    assert clock.figure.value == pytest.approx(1.0 / 1.25)
    assert services.figure.value == pytest.approx(1.75 / 5.0)
    assert whole.is_kept
    assert clock.is_kept


def test_the_speed_of_the_stores_stands_beside_two_limits() -> None:
    found = ratios()
    for how in ("by CPU of process and database", "answers per second, 16 connections at once"):
        assert found[f"monolith / bare, {how}"].figure.value == pytest.approx(1.5 / 1.75)
        assert found[f"monolith / ASGI, {how}"].figure.value == pytest.approx(0.9 / 1.75)
        assert found[f"bare / ASGI, {how}"].figure.value == pytest.approx(0.9 / 1.5)


def test_no_measured_rate_exceeds_a_bound_that_is_printed() -> None:
    """Requests at once cost less each, so what one at a time costs bounds nothing."""
    services = feature().sides[-1]
    assert services.at_once is not None
    assert services.at_once.per_s.value > 1000 / (4.5 + 0.5)

    for title, head, rows in feature_tables(feature()):
        assert not any("most" in name.lower() for name in head), title
        if "At once" in head:
            rate = rows[-1][head.index("At once")]
            assert rate.startswith(f"{services.at_once.per_s.value:.0f} (")


def test_a_rate_says_how_busy_the_cores_were() -> None:
    for side in feature().sides:
        assert side.at_once is not None
        assert side.at_once.busy.value == pytest.approx(1.0)


def test_a_record_of_old_is_still_read() -> None:
    file = Path(__file__).parents[3] / "results/reference/bench.json"
    record = BenchRecord.model_validate_json(file.read_bytes())
    assert [each.feature for each in record.features] == ["product page", "checkout"]


def test_a_feature_becomes_plain_columns_where_nobody_watches() -> None:
    console = Terminal(file=StringIO(), width=60)
    show_tables(console, feature_tables(feature()))
    assert isinstance(console.file, StringIO)
    said = console.file.getvalue()
    assert "monolith / bare, by CPU of process and database" in said
    assert "at least 0.7" in said
