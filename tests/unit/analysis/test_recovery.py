"""Recoveries of made-up runs: their metrics, and what the report says of them."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from analysis.comparison import compare
from analysis.measured import MeasuredRun, load_run
from analysis.metrics import FASTEST_S, Measured, Unknown, measure
from analysis.recovery.tables import HEADINGS, recovery_rows
from analysis.wording import finding
from experiment.metric import Metric
from experiment.record import RunFolder
from experiment.scenario import Scenario
from tests.unit.analysis.conftest import OUTAGE_S, Truth, scenario_of
from tests.unit.analysis.drawing import drawn, undrawn_page

Make = Callable[..., RunFolder]
RATE = 60.0
OWN = RATE * OUTAGE_S / 6
"""Requests for recommendations that are due in the outage; all are lost."""


def metric(name: str, **members: Any) -> Metric:
    return Metric.model_validate(
        {
            "metric": name,
            "phase": "outage",
            "margin": 0.1,
            "expectation": "lower in microservices",
            "says": name,
        }
        | members
    )


def cells(run: MeasuredRun) -> Mapping[str, Mapping[str, str]]:
    return {row.heading: dict(zip(HEADINGS, row.cells, strict=True)) for row in recovery_rows(run)}


def test_the_metrics_of_an_outage_are_those_of_what_it_did(make: Make) -> None:
    trial = load_run(make(blocks=1, rate=RATE)).trial("monolith", 1)
    found = {
        name: measure(trial, metric(name))
        for name in ("recovery_s", "lost_requests_share", "budget_minutes")
    }
    values = {name: each.value for name, each in found.items() if isinstance(each, Measured)}

    bad = (1 + 5 * 0.6) / 6
    assert values["lost_requests_share"] == pytest.approx(bad * 12 / 20, abs=0.03)
    assert values["budget_minutes"] == pytest.approx(bad * 12 / 60 / 0.01, rel=0.05)
    assert values["recovery_s"] == FASTEST_S


def test_features_narrow_what_was_lost(make: Make) -> None:
    trial = load_run(make(blocks=1, rate=RATE)).trial("microservices", 1)
    found = measure(trial, metric("lost_requests_share", features=("search", "cart")))

    assert isinstance(found, Measured)
    assert found.value == 0


def test_a_recovery_at_once_is_an_upper_bound_and_the_finding_says_so(make: Make) -> None:
    run = load_run(make(blocks=3))
    found = compare(run, metric("recovery_s"))

    assert {each.bound for pair in found.pairs for each in (pair.reference, pair.treatment)} == {
        "upper"
    }
    assert "6 of 6 values are bounds (6 upper)" in finding(run, found)


def test_a_phase_without_a_fault_has_no_recovery(make: Make) -> None:
    trial = load_run(make(blocks=1)).trial("monolith", 1)

    assert isinstance(measure(trial, metric("recovery_s", phase="baseline")), Unknown)


@pytest.mark.parametrize("name", ["recovery_s", "lost_requests_share", "budget_minutes"])
def test_a_scenario_asks_for_a_recovery_only_where_it_plans_a_fault(name: str) -> None:
    plan = scenario_of(Truth()).model_dump()

    assert Scenario.model_validate(plan | {"primary": metric(name).model_dump()})
    with pytest.raises(ValidationError, match="'recovery' has no faults"):
        Scenario.model_validate(plan | {"primary": metric(name, phase="recovery").model_dump()})


def test_a_table_tells_own_features_from_others_and_pairs_the_difference(make: Make) -> None:
    run = load_run(make(blocks=4, rate=RATE))
    found = cells(run)

    own, others = "requests lost: own feature", "other features"
    assert float(found["monolith"][own].split()[0]) == pytest.approx(OWN, rel=0.1)
    assert float(found["monolith"][others].split()[0]) == pytest.approx(0.6 * 5 * OWN, rel=0.1)
    assert found["microservices"][others].startswith("0 of ")
    assert found["microservices"]["recovered after"] == "at once"
    change = found["difference"][others].split("\n")[0].replace("\N{MINUS SIGN}", "-")
    assert float(change) == pytest.approx(-0.6 * 5 * OWN, rel=0.1)


def test_one_block_has_counts_and_neither_interval_nor_difference(make: Make) -> None:
    found = cells(load_run(make(blocks=1, rate=RATE)))

    assert set(found) == {"monolith", "microservices"}
    assert re.fullmatch(r"[\d.]+ of \d+", found["monolith"]["other features"])


def test_the_report_shows_how_each_failure_went_after_the_timeline(make: Make) -> None:
    folder = make(blocks=2)
    run = load_run(folder)
    page = undrawn_page(run)

    assert drawn("recovery", run)
    sections = re.findall(r'<section id="([a-z]+)"', page)
    assert sections.index("recovery") == sections.index("timeline") + 1
    assert "outage: outage of recommendations" in page


def test_a_run_without_faults_says_nothing_of_failures(make: Make) -> None:
    folder = make(blocks=1)
    quiet = [line for line in _events(folder) if b'"fault-' not in line]
    for file in _event_files(folder):
        file.write_bytes(b"".join(quiet))

    assert 'id="recovery"' not in undrawn_page(load_run(folder))


def _event_files(folder: RunFolder) -> list[Path]:
    return sorted(folder.path.glob("block-*/*/events.jsonl"))


def _events(folder: RunFolder) -> list[bytes]:
    return _event_files(folder)[0].read_bytes().splitlines(keepends=True)


def test_faults_that_overlap_have_one_row_that_says_so(make: Make) -> None:
    folder = make(blocks=1)
    for file in _event_files(folder):
        events = list(map(orjson.loads, file.read_bytes().splitlines()))
        second = [
            each | {"kind": "delay", "target": "orders", "seen_in": "its probe"}
            for each in events
            if _is_of_fault(each)
        ]
        file.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in [*events, *second]))
    rows = recovery_rows(load_run(folder))

    (title,) = [row.group for row in rows if row.group]
    assert title.startswith("outage: delay of orders and outage of recommendations; they overlap")


def _is_of_fault(event: Mapping[str, Any]) -> bool:
    return str(event["event"]).startswith("fault-")
