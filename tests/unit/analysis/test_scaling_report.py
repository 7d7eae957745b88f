"""What the report says of an autoscaled run."""

import re
from collections.abc import Callable

import pytest

from analysis.limits import limits_of
from analysis.measured import MeasuredRun, load_run
from analysis.scaling.tables import cost_columns, cost_rows, decision_rows
from analysis.summary import summarise
from experiment.record import RunFolder
from tests.unit.analysis.conftest import MEMORY_MB
from tests.unit.analysis.drawing import drawn, undrawn_page
from tests.unit.analysis.scaled_run import spiked

Make = Callable[..., RunFolder]


@pytest.fixture
def run(make: Make) -> MeasuredRun:
    return load_run(spiked(make(blocks=3)))


def cells(run: MeasuredRun, line: str) -> dict[str, str]:
    (row,) = (row for row in cost_rows(run) if row.heading.startswith(line))
    return dict(zip(cost_columns(run), row.cells, strict=True))


def test_the_table_says_who_added_what_and_how_much_that_differs(run: MeasuredRun) -> None:
    found = cells(run, "CPU quota added")

    assert list(found) == ["monolith", "microservices", "difference"]
    assert float(found["monolith"].split("\n")[0]) == pytest.approx(0.4 * 18, abs=0.1)
    assert float(found["microservices"].split("\n")[0]) == pytest.approx(0.1 * 37, abs=0.1)
    assert found["difference"].startswith("\N{MINUS SIGN}3.")


def test_one_block_has_no_difference(make: Make) -> None:
    run = load_run(spiked(make(blocks=1)))

    assert cost_columns(run) == ["monolith", "microservices"]
    assert {len(row.cells) for row in cost_rows(run)} == {2}


def test_an_objective_that_never_was_missed_is_said_in_words(run: MeasuredRun) -> None:
    found = cells(run, "until the objective")

    assert found["microservices"] == "it always held"
    assert float(found["monolith"].split()[0]) == pytest.approx(5.5, abs=0.2)


def test_the_memory_of_a_copy_is_that_of_an_instance(run: MeasuredRun) -> None:
    found = cells(run, "memory of an added instance")

    assert float(found["monolith"].split("\n")[0]) == pytest.approx(MEMORY_MB)


def test_the_list_has_what_changed_a_number_and_what_was_refused(run: MeasuredRun) -> None:
    rows = decision_rows(run)

    assert [row.group for row in rows] == ["monolith", "", "microservices", "", ""]
    assert rows[0].heading == "15.5 s"
    assert rows[0].cells == (
        "monolith", "1 \N{RIGHTWARDS ARROW} 2", "4", "cpu 0.900 / 0.6",
        "cpu asks for 4, bounded to 2 by the budget", "3.00 s",
    )  # fmt: skip


def test_the_report_prints_the_constants_as_they_passed(run: MeasuredRun) -> None:
    page = undrawn_page(run)

    assert "times compressed 10 to 1: a decision every 1.5 s" in page
    assert "by 100 % in 1.5 s or 4 instances in 1.5 s at most" in page
    assert "down the largest number asked for within 30 s" in page


def test_the_limits_say_what_compression_does_not_shrink(run: MeasuredRun) -> None:
    said = " ".join(limits_of(run, summarise(run)))

    assert "ran 10 times as fast as in a cluster" in said
    assert "or autoscaling, is not seen" not in said


def test_the_figure_comes_after_the_timeline_and_is_drawn(run: MeasuredRun) -> None:
    sections = re.findall(r'<section id="([a-z]+)"', undrawn_page(run))

    assert sections.index("scaling") == sections.index("timeline") + 1
    assert b"asked for by the metric" in drawn("scaling", run)


def test_the_timeline_marks_decisions_that_changed_a_number(run: MeasuredRun) -> None:
    assert b"scaled down" in drawn("timeline", run)


def test_a_run_without_an_autoscaler_says_nothing_of_scaling(make: Make) -> None:
    assert 'id="scaling"' not in undrawn_page(load_run(make(blocks=1)))
