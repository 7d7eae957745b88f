"""Noise floors: kept between runs, one machine and platform apart from another."""

from pathlib import Path

import pytest

from analysis.capacity.run import load_search_run
from analysis.capacity.summary import summarise_search
from analysis.measured import load_run
from analysis.summary import summarise
from experiment.errors import InputError
from experiment.noise_floor import Floor, Floors, file_in, read
from experiment.record import RunFolder
from testbed.machine import this_machine
from testbed.noise_floor import floors_of
from testbed.planning import make_plan
from testbed.scenarios import find

HERE = "made-up, 2 cores, kernel 6.1"
STEADY = find("steady-load")


def floor(**changes: object) -> Floor:
    usual = {
        "machine": HERE, "architecture": "monolith",
        "metric": "latency_p95_ms", "floor": 0.04, "run_id": "one", "scenario": "steady-load",
        "profile": "full", "blocks": 20, "at": "2026-01-01T00:00:00Z", "commit": "0123456789ab",
    }  # fmt: skip
    return Floor.model_validate({**usual, **changes})


def test_without_a_file_there_is_no_floor(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere") == Floors()


@pytest.mark.parametrize("content", ["", "{", '{"floors": [{"floor": "high"}]}', "[]"])
def test_a_broken_file_is_one_sentence_that_names_it(tmp_path: Path, content: str) -> None:
    file_in(tmp_path).write_text(content)

    with pytest.raises(InputError, match=r"noise-floor\.json is not a valid record") as raised:
        read(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_later_run_replaces_the_floor_of_the_same_machine_store_metric_and_load() -> None:
    others = [floor(architecture="microservices"), floor(machine="other"), floor(platform="swarm")]
    kept = Floors().with_new([floor(), *others, floor(scenario="footprint")])
    kept = kept.with_new([floor(floor=0.02, run_id="two")])

    assert len(kept.floors) == 5
    assert [f.run_id for f in kept.floors if f.floor == 0.02] == ["two"]


def test_a_comparison_has_the_larger_floor_of_the_two_stores_or_none() -> None:
    both = [floor(), floor(architecture="microservices", floor=0.07), floor(metric="memory_mb")]
    known = Floors().with_new(both).of(HERE, "local", STEADY)

    assert {metric: floor.floor for metric, floor in known.items()} == {"latency_p95_ms": 0.07}
    assert Floors().with_new(both).of("other", "local", STEADY) == {}
    assert Floors().with_new(both).of(HERE, "compose", STEADY) == {}


def test_the_load_of_the_scenario_itself_counts_and_else_the_worst_that_is_known() -> None:
    floors = Floors().with_new(
        floor(architecture=store, scenario=name, floor=size)
        for store in ("monolith", "microservices")
        for name, size in (("steady-load", 0.02), ("noisy-neighbour", 0.3), ("footprint", 0.1))
    )

    def size_for(scenario: str) -> float:
        return floors.of(HERE, "local", find(scenario))["latency_p95_ms"].floor

    assert size_for("steady-load") == 0.02
    assert size_for("blast-radius") == 0.3


@pytest.mark.parametrize(("aa", "planned"), [(False, {"latency_p95_ms": 0.05}), (True, {})])
def test_a_plan_carries_the_floor_of_its_machine_unless_it_measures_it(
    *, aa: bool, planned: dict[str, float]
) -> None:
    here = floor(machine=this_machine().fingerprint)
    services = here.model_copy(update={"architecture": "microservices", "floor": 0.05})
    floors = Floors().with_new([here, services, floor(metric="memory_mb")])
    plan = make_plan(STEADY, "smoke", blocks=1, seed=None, factors={}, floors=floors, aa=aa)

    assert plan.noise_floor == planned
    assert bool(plan.noise_floor_from) == bool(planned)


def test_the_shipped_floors_are_what_the_shipped_runs_give() -> None:
    reference = Path(__file__).parents[2] / "results" / "reference"
    runs = [RunFolder(file.parent) for file in sorted(reference.glob("*/*/plan.json"))]
    plans = [(run, run.read_plan()) for run in runs]
    found = Floors()
    for run, plan in sorted(plans, key=lambda each: each[1].started_at):
        if plan.aa:
            summary = (
                summarise_search(load_search_run(run))
                if plan.scenario.search
                else summarise(load_run(run))
            )
            found = found.with_new(floors_of(plan, summary))

    assert found == read(reference)
