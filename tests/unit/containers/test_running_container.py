"""A container is started, watched and ended like a process."""

from pathlib import Path

import pytest
from emulated_engine import EmulatedContainer, EmulatedEngine

from experiment.errors import RunError
from testbed.platforms.containers.casting import Cast, Placement
from testbed.platforms.containers.container import RunningContainer
from testbed.platforms.containers.yard import Joined, Yard

MOULD = {
    "Config": {"Image": "i", "User": "", "Cmd": ["serve"], "Env": []},
    "HostConfig": {},
}


@pytest.fixture
def yard(engine: EmulatedEngine) -> Yard:
    engine.network("services")
    return Yard(engine, {"twinstack.run": "7-ab"}, "twinstack-7-ab-1")  # type: ignore[arg-type]


def _start(yard: Yard, folder: Path, name: str = "catalog-1") -> RunningContainer:
    chosen = Cast(name, "services", {}, Placement([0]))
    return RunningContainer(yard.start(MOULD, chosen, []), name, folder / f"{name}.log")


def _emulated(engine: EmulatedEngine) -> EmulatedContainer:
    (container,) = engine.containers.there
    return container


def test_a_killed_container_is_dead_at_once_and_its_log_is_kept(yard: Yard, tmp_path: Path) -> None:
    running = _start(yard, tmp_path)
    assert running.is_alive
    running.kill()
    assert not running.is_alive
    running.remove()
    assert (tmp_path / "catalog-1.log").read_text() == "hello\n"


def test_a_paused_container_can_be_killed(
    yard: Yard, engine: EmulatedEngine, tmp_path: Path
) -> None:
    running = _start(yard, tmp_path)
    running.pause()
    assert _emulated(engine).status == "paused"
    running.kill()
    assert not running.is_alive


def test_one_that_ended_is_told_with_the_end_of_its_log(yard: Yard, tmp_path: Path) -> None:
    running = _start(yard, tmp_path)
    running.ask_to_stop()
    assert running.ended_within(5)
    with pytest.raises(RunError, match=r"catalog-1 has ended; .*\n?.*hello"):
        running.check()


def test_an_instance_that_returns_takes_the_place_of_the_container_that_died(
    yard: Yard, engine: EmulatedEngine, tmp_path: Path
) -> None:
    first = _start(yard, tmp_path)
    first.kill()
    first.remove()
    second = _start(yard, tmp_path)
    assert _emulated(engine).name == "twinstack-7-ab-1.catalog-1"
    assert second.is_alive
    assert second.pid != first.pid


def test_everything_is_labelled_and_named_after_its_run(
    yard: Yard, engine: EmulatedEngine, tmp_path: Path
) -> None:
    _start(yard, tmp_path)
    assert _emulated(engine).labels == {"twinstack.run": "7-ab"}
    assert _emulated(engine).name.startswith("twinstack-7-ab-")


def test_a_container_is_on_its_own_network_and_those_it_joins(
    yard: Yard, engine: EmulatedEngine, tmp_path: Path
) -> None:
    data = engine.network("data-catalog")
    chosen = Cast("catalog-1", "services", {}, Placement([0]))
    joined = Joined(data, ["database"])  # type: ignore[arg-type]
    running = RunningContainer(yard.start(MOULD, chosen, [joined]), "catalog-1", tmp_path / "log")
    assert running.address_in("services") == running.address_in("data-catalog") == "10.0.0.2"
    assert data.aliases == {"twinstack-7-ab-1.catalog-1": ["database"]}


def test_a_container_that_ended_before_it_had_an_address_is_told_with_its_log(
    yard: Yard, tmp_path: Path
) -> None:
    running = _start(yard, tmp_path)
    running.kill()
    with pytest.raises(RunError, match="has no address"):
        running.address_in("services")


def test_a_new_place_is_told_to_the_engine_while_it_runs(
    yard: Yard, engine: EmulatedEngine, tmp_path: Path
) -> None:
    _start(yard, tmp_path).move(Placement([1], cpus=0.5))
    (update,) = _emulated(engine).updates
    assert (update["cpuset_cpus"], update["cpu_shares"]) == ("1", 1024)
    assert update["cpu_quota"] == update["cpu_period"] / 2
