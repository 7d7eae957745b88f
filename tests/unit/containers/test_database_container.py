"""A server's data, name and networks outlive its containers."""

from pathlib import Path
from typing import Any

import pytest
from emulated_engine import EmulatedContainer, EmulatedEngine

from testbed.platforms.containers.casting import Placement
from testbed.platforms.containers.database import DatabaseContainer, ServerPlan
from testbed.platforms.containers.usage import ControlGroupLook
from testbed.platforms.containers.yard import Yard

MOULD = {"Config": {"Image": "i", "User": "", "Cmd": None, "Env": []}, "HostConfig": {}}
USUAL, IN_A_BUDGET = Placement([0]), Placement([0], "/twinstack-1234")


class _Closing:
    def close(self) -> None:
        pass


class _Reached(DatabaseContainer):
    """It takes connections at once."""

    def connect(self, database: str = "postgres") -> Any:
        return _Closing()


@pytest.fixture
def server(engine: EmulatedEngine, tmp_path: Path) -> DatabaseContainer:
    yard = Yard(engine, {"twinstack.run": "7-ab"}, "twinstack-7-ab-0")  # type: ignore[arg-type]
    home: Any = engine.network("home")
    plan = ServerPlan("orders", 100, 14, MOULD, home, tmp_path)
    made = _Reached(plan, yard, USUAL)
    made.create()
    made.start()
    return made


def _container(engine: EmulatedEngine) -> EmulatedContainer:
    (container,) = engine.containers.there
    return container


def test_its_volume_is_labelled_and_mounted_where_the_data_are(
    server: DatabaseContainer, engine: EmulatedEngine
) -> None:
    (volume,) = engine.volumes.there
    assert volume.labels == {"twinstack.run": "7-ab"}
    assert _container(engine).body["HostConfig"]["Binds"] == [
        f"{volume.name}:/var/lib/postgresql/data"
    ]


def test_a_lost_server_comes_back_on_the_same_networks_under_the_same_name(
    server: DatabaseContainer, engine: EmulatedEngine
) -> None:
    data: Any = engine.network("data-orders")
    server.join([data])
    first = _container(engine)
    server.stop()
    assert (server.is_stopped, server.is_running) == (True, False)
    assert engine.containers.there == []
    server.start()
    second = _container(engine)
    assert first is not second
    assert data.members == [second]
    assert data.aliases[second.name] == ["database"]
    assert server.url("d1", "orders", "p") == "postgresql://orders:p@database:5432/d1"
    assert len(engine.volumes.there) == 1


def test_it_leaves_the_budget_of_a_deployment_that_goes_and_keeps_its_data(
    server: DatabaseContainer, engine: EmulatedEngine
) -> None:
    server.place = IN_A_BUDGET
    server.restart()
    assert _container(engine).body["HostConfig"]["CgroupParent"] == "/twinstack-1234"
    server.leave([])
    assert server.is_stopped
    server.start()
    assert _container(engine).body["HostConfig"]["CgroupParent"] == ""


def test_one_that_serves_others_too_stays_up_where_it_is(
    server: DatabaseContainer, engine: EmulatedEngine
) -> None:
    data: Any = engine.network("data-orders")
    server.join([data])
    server.leave([data])
    assert server.is_running
    assert data.members == []


def test_what_it_used_before_a_stop_still_counts(
    server: DatabaseContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ControlGroupLook, "cpu_s", lambda _look, _running: 1.5)
    server.restart()
    assert server.cpu_s(ControlGroupLook()) == 3.0
    server.stop()
    assert server.cpu_s(ControlGroupLook()) == 3.0
