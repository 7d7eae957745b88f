"""What the instrument costs: known by switching it, in the same processes."""

from io import StringIO
from pathlib import Path

import pytest

from experiment.store import Sample
from store.runtime.faults import FaultPoints
from store.runtime.instrument import OFF, ON, AlwaysOn, MappedSwitch, switch_of
from store.runtime.telemetry import Telemetry
from testbed.bench.cost import Cost
from testbed.bench.stores.instrument import (
    instrument_figures,
    instrument_measures,
    make_switch,
    switched,
)
from testbed.bench.stores.sides import Side
from testbed.bench.table import instrument_tables, show_tables
from testbed.deploying import deployment_of
from testbed.platforms.store.blueprint import INSTRUMENT_SWITCH, Blueprint
from testbed.scenarios import find, names
from testbed.terminal import Terminal

WITH = {"monolith": 1.02, "microservices": 4.2}
WITHOUT = {"monolith": 1.0, "microservices": 4.0}
PACES = (1.0, 1.3, 0.8)
"""Of the starts."""
NOISE = {"monolith with": (0.999, 1.001, 1.0), "microservices with": (1.0, 0.999, 1.001)}


def costs() -> dict[str, list[Cost]]:
    return {
        way: [
            Cost(9.0, {"process": ms * pace * noise, "database": 7.0})
            for pace, noise in zip(PACES, NOISE.get(way, (1.0, 1.0, 1.0)), strict=True)
        ]
        for state, by_store in (("with", WITH), ("without", WITHOUT))
        for store, ms in by_store.items()
        for way in [f"{store} {state}"]
    }


def test_a_store_is_compared_with_itself_start_by_start() -> None:
    monolith, services = instrument_figures("product page", costs(), 50).stores
    assert monolith.ratio.value == pytest.approx(1.02, rel=1e-3)
    assert services.ratio.value == pytest.approx(1.05, rel=1e-3)
    assert services.cost_ms.value == pytest.approx(0.2 * sum(PACES) / 3, rel=1e-2)
    assert services.ratio.low == pytest.approx(1.05, rel=1e-2)  # paired: a start's pace drops out


def test_how_far_it_moves_the_ratio_of_the_stores_stands_beside_it() -> None:
    found = {each.says: each.figure for each in instrument_figures("page", costs(), 50).ratios}
    assert found["microservices / monolith, with the instrument"].value == pytest.approx(
        4.2 / 1.02, rel=1e-3
    )
    assert found["microservices / monolith, without the instrument"].value == pytest.approx(4.0)
    moved = found["with / without, of the ratio of the stores"]
    assert moved.value == pytest.approx(1.05 / 1.02, rel=1e-3)
    assert moved.high == pytest.approx(1.05 / 1.02, rel=1e-2)


def test_the_table_has_both_stores() -> None:
    console = Terminal(file=StringIO(), width=120)
    show_tables(console, instrument_tables(instrument_figures("product page", costs(), 50)))
    assert isinstance(console.file, StringIO)
    said = console.file.getvalue()
    assert "microservices  4.339 (" in said
    assert "1.050 (1.047 to 1.053)" in said


def test_each_state_is_in_force_while_it_is_measured_and_has_work_of_its_own(
    tmp_path: Path,
) -> None:
    make_switch(tmp_path / "monolith")
    switch = MappedSwitch(tmp_path / "monolith" / INSTRUMENT_SWITCH)
    seen = []

    def measure(_: Side, number: int) -> Cost:
        seen.append((switch.is_on, number))
        return Cost(1.0, {})

    side = Side("monolith", {}, {}, {}, {}, {}, {})
    ways = instrument_measures({"monolith": side}, tmp_path, measure)
    for name in ("monolith without", "monolith with", "monolith without"):
        ways[name](7)
    assert [is_on for is_on, _ in seen] == [False, True, False]
    assert seen[0][1] != seen[1][1] == 7


def test_switched_off_nothing_is_counted_and_no_fault_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "switch"
    file.write_bytes(OFF)
    faults_file = tmp_path / "faults.json"
    faults_file.write_text('{"faults": [{"kind": "wrong-body", "role": "catalog"}]}')
    telemetry = Telemetry(None, MappedSwitch(file))
    faults = FaultPoints(faults_file, telemetry)

    telemetry.count("calls")
    with telemetry.rules():
        sum(range(10_000))
    assert (telemetry.counters.calls, telemetry.counters.rules_cpu_s) == (0, 0.0)
    assert (faults.are_quiet(), faults.spoils("catalog")) == (True, False)

    with file.open("r+b") as handle:
        handle.write(ON)
    telemetry.count("calls")
    with telemetry.rules():
        sum(range(10_000))
    assert telemetry.counters.calls == 1
    assert telemetry.counters.rules_cpu_s > 0
    assert (faults.are_quiet(), faults.spoils("catalog")) == (False, True)


def test_without_a_switch_it_is_on_for_good() -> None:
    assert isinstance(switch_of(None), AlwaysOn)
    assert Telemetry(None).switch.is_on


@pytest.mark.parametrize("name", names())
def test_no_scenario_can_switch_it_off(name: str) -> None:
    scenario = find(name)
    for arm in scenario.arms:
        plans = Blueprint(deployment_of(scenario, arm), Path("/run"), {}).instances()
        assert {plan.settings.instrument_switch for plan in plans} == {None}


def test_every_process_of_a_bench_of_it_has_the_switch_of_its_store() -> None:
    for deployment in switched(Sample(products=200, customers=100, ratings=3_000)):
        plans = list(Blueprint(deployment, Path("/bench") / deployment.name, {}).instances())
        expected = Path("/bench") / deployment.name / INSTRUMENT_SWITCH
        assert {plan.settings.instrument_switch for plan in plans} == {expected}
