from io import StringIO

import pytest

from testbed.bench.cost import Cost
from testbed.bench.record import FeatureFigures
from testbed.bench.stores.figures import Host, figures_of
from testbed.bench.table import feature_tables, show_tables
from testbed.terminal import Terminal


def feature() -> FeatureFigures:
    def side(process_ms: float) -> list[Cost]:
        return [
            Cost(2 * process_ms * pace, {"process": process_ms * pace, "database": 0.5 * pace})
            for pace in (1.0, 1.1, 0.9)
        ]

    sides = {"bare": side(1.0), "monolith": side(1.25), "microservices": side(4.5)}
    return figures_of("product page", sides, 60, Host(cores=1, threads=16))


def test_speed_is_what_the_other_needs_of_what_this_one_needs() -> None:
    whole, clock, process, services = feature().ratios
    assert whole.figure.value == pytest.approx(1.5 / 1.75)
    assert clock.figure.value == pytest.approx(1.0 / 1.25)
    assert process.figure.value == pytest.approx(0.8)
    assert services.figure.value == pytest.approx(1.75 / 5.0)
    assert whole.is_kept
    assert clock.is_kept


def test_each_side_says_what_it_is_against() -> None:
    bare, _, services = feature().sides
    assert bare.ceilings[0].name == "CPU of the process (67%) and the database"
    assert bare.ceilings[0].per_s == pytest.approx(1000 / 1.5)
    assert "processes" in services.ceilings[0].name


def test_a_feature_becomes_plain_columns_where_nobody_watches() -> None:
    console = Terminal(file=StringIO(), width=60)
    show_tables(console, feature_tables(feature()))
    assert isinstance(console.file, StringIO)
    said = console.file.getvalue()
    assert "monolith / bare, by CPU of process and database" in said
    assert "at least 0.7" in said
