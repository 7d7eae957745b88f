"""Money is what resources and prices make of each other, by hand."""

import math
from dataclasses import replace
from datetime import date

import pytest

from analysis.money.costs import bill, per_million, typical
from analysis.money.tables import cost_rows
from analysis.money.use import Share, Use
from analysis.wording import NOTHING
from experiment.prices import Prices

PRICES = Prices(
    currency="EUR",
    cpu_hour=0.04,
    gb_hour=0.01,
    instance_hour=0.002,
    source="Made up.",
    as_of=date(2026, 1, 1),
)
USE = Use(
    seconds=36.0,
    cpus=Share(provisioned=0.5, used=0.25),
    memory_mb=Share(provisioned=2048.0, used=1024.0),
    instances=5.0,
    journeys=1000,
    good_journeys=800,
)


def test_an_hour_costs_the_sum_of_its_parts() -> None:
    found = bill(USE, PRICES, "provisioned")
    assert (found.cpu, found.memory, found.instances) == pytest.approx((0.02, 0.02, 0.01))
    assert found.total == pytest.approx(0.05)
    # An instance costs the same, used or not.
    assert bill(USE, PRICES, "used").total == pytest.approx(0.01 + 0.01 + 0.01)


def test_a_million_journeys_cost_what_their_hours_cost() -> None:
    # 1000 journeys in 36 s are 100,000 an hour: ten hours for a million.
    assert per_million(USE, PRICES, "provisioned") == pytest.approx(0.5)
    assert per_million(USE, PRICES, "used") == pytest.approx(0.3)
    assert per_million(USE, PRICES, "provisioned", good=True) == pytest.approx(0.5 / 0.8)


def test_without_a_good_journey_there_is_no_price_for_one() -> None:
    none_good = replace(USE, good_journeys=0)
    assert per_million(none_good, PRICES, "used", good=True) is None
    rows = cost_rows({"a": [USE, none_good], "b": [USE, USE]}, ("a", "b"), PRICES)
    good = next(row for row in rows if row.heading == "EUR per million good journeys, used")
    # One block alone would select by the result.
    assert (good.cells[0], good.cells[2]) == (NOTHING, NOTHING)
    assert good.cells[1] != NOTHING


def test_a_mean_over_blocks_is_that_of_ratios_and_always_positive() -> None:
    estimate = typical([1.0, 4.0])
    assert estimate is not None
    assert estimate.value == pytest.approx(2.0)
    assert estimate.interval is not None
    low, high = estimate.interval
    assert low > 0
    assert math.sqrt(low * high) == pytest.approx(2.0)
    assert typical([]) is None
    assert typical([0.0, 1.0]) is None


def test_the_ratio_is_paired_by_block() -> None:
    dear = replace(USE, cpus=Share(1.0, 0.5))
    rows = cost_rows({"a": [USE, dear], "b": [dear, replace(dear, cpus=Share(2.0, 1.0))]},
                     ("a", "b"), PRICES)  # fmt: skip
    cpus = next(row for row in rows if row.heading == "CPUs provisioned")
    assert cpus.cells[2] == "2.00"  # the same in both blocks, so without an interval


def test_three_arms_have_no_ratio() -> None:
    uses = {name: [USE] for name in "abc"}
    assert {len(row.cells) for row in cost_rows(uses, tuple("abc"), PRICES)} == {3}


def test_the_parts_of_the_bill_are_told() -> None:
    *_, parts = cost_rows({"a": [USE], "b": [USE]}, ("a", "b"), PRICES)
    assert parts.cells[0] == "CPU 40 %, memory 40 % and instances 20 %"
