"""Each report with a complete block says what it costs, and the prices it counts with."""

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import report
from analysis.money.prices import keep_prices
from analysis.report import build, build_pooled
from experiment.prices import load_prices
from experiment.record import RunFolder
from tests.unit.analysis.drawing import undrawn

Make = Callable[..., RunFolder]

EUROS = """
currency = "EUR"
cpu_hour = 0.05
gb_hour = 0.006
instance_hour = 0.004
source = "Our own invoices."
as_of = 2026-01-31
"""


@pytest.fixture(autouse=True)
def _without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "draw_all", undrawn)


@pytest.fixture
def euros(tmp_path: Path) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(EUROS, encoding="utf-8")
    return file


def page(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8")


def test_the_page_tells_costs_and_prices(make: Make) -> None:
    folder = make(blocks=2)
    build(folder)
    text = page(folder.report)
    assert "What it costs" in text
    assert "USD per million good journeys, used" in text
    assert "made up for this project" in text


def test_prices_of_ones_own_stay_with_the_run(make: Make, euros: Path) -> None:
    folder = make(blocks=1)
    keep_prices(folder, euros)
    build(folder)
    before = page(folder.report)
    assert "EUR per million journeys" in before
    assert "Our own invoices." in before
    euros.unlink()
    build(folder)
    assert page(folder.report) == before


def test_a_report_over_several_runs_takes_the_prices_that_are_given(
    make: Make, euros: Path, tmp_path: Path
) -> None:
    folder = make(blocks=1)
    build_pooled([folder], tmp_path / "pooled", load_prices(euros))
    assert "EUR per million journeys" in page(tmp_path / "pooled")
    build_pooled([folder], tmp_path / "other")
    assert "USD per million journeys" in page(tmp_path / "other")


def test_a_run_without_a_complete_block_has_no_costs(make: Make) -> None:
    folder = make(blocks=1, status={(1, "monolith"): "void"})
    build(folder)
    assert "per million journeys" not in page(folder.report)
