"""Noise floors: kept between runs, one machine and platform apart from another."""

from pathlib import Path

import pytest

from experiment.errors import InputError
from testbed import noise_floor
from testbed.machine import this_machine
from testbed.noise_floor import Floor, Floors
from testbed.planning import make_plan
from testbed.scenarios import find


def floor(**changes: object) -> Floor:
    usual = {
        "machine": "made-up, 2 cores, kernel 6.1", "architecture": "monolith",
        "metric": "latency_p95_ms", "floor": 0.04, "run_id": "one", "scenario": "steady-load",
        "profile": "full", "blocks": 20, "at": "2026-01-01T00:00:00Z", "commit": "0123456789ab",
    }  # fmt: skip
    return Floor.model_validate({**usual, **changes})


def test_without_a_file_there_is_no_floor(tmp_path: Path) -> None:
    assert noise_floor.read(tmp_path / "nowhere") == Floors()


@pytest.mark.parametrize("content", ["", "{", '{"floors": [{"floor": "high"}]}', "[]"])
def test_a_broken_file_is_one_sentence_that_names_it(tmp_path: Path, content: str) -> None:
    noise_floor.file_in(tmp_path).write_text(content)

    with pytest.raises(InputError, match=r"noise-floor\.json is not a valid record") as raised:
        noise_floor.read(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_later_run_replaces_the_floor_of_the_same_machine_store_and_metric() -> None:
    others = [floor(architecture="microservices"), floor(machine="other"), floor(platform="swarm")]
    kept = Floors().with_new([floor(), *others])
    kept = kept.with_new([floor(floor=0.02, run_id="two")])

    assert [(f.architecture, f.floor) for f in kept.of(floor().machine, "local")] == [
        ("microservices", 0.04),
        ("monolith", 0.02),
    ]


@pytest.mark.parametrize(("aa", "planned"), [(False, {"latency_p95_ms": 0.04}), (True, {})])
def test_a_plan_carries_the_floor_of_its_machine_unless_it_measures_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, aa: bool, planned: dict[str, float]
) -> None:
    monkeypatch.setenv("TWINSTACK_STATE", str(tmp_path))
    here = floor(machine=this_machine().fingerprint)
    elsewhere = here.model_copy(update={"platform": "compose", "floor": 0.5})
    kept = Floors().with_new([here, elsewhere, floor(metric="memory_mb")])
    noise_floor.file_in(tmp_path).write_text(kept.model_dump_json())
    plan = make_plan(find("steady-load"), "smoke", blocks=1, seed=None, factors={}, aa=aa)

    assert plan.noise_floor == planned
    assert bool(plan.noise_floor_from) == bool(planned)


def test_a_comparison_has_the_larger_floor_of_the_two_stores() -> None:
    floors = [floor(), floor(architecture="microservices", floor=0.07), floor(metric="memory_mb")]

    assert noise_floor.by_metric(floors) == {"latency_p95_ms": 0.07, "memory_mb": 0.04}
    assert len(noise_floor.sources(floors)) == 2
