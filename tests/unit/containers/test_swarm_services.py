"""Roles as services: whose tasks are instances, and how many tasks the engine is to have."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from docker.errors import NotFound

from experiment.errors import RunError
from testbed.platforms.containers import swarm
from testbed.platforms.containers.casting import Cast, Placement
from testbed.platforms.containers.swarm import Services

MOULD = {"Config": {"Image": "i", "User": "", "Cmd": None, "Env": []}, "HostConfig": {}}


@dataclass
class Task:
    id: str


@dataclass
class EmulatedService:
    id: str
    attrs: dict[str, Any]
    version: int = 1
    is_removed: bool = False
    states: list[dict[str, Any]] = field(default_factory=list)

    def reload(self) -> None:
        if self.is_removed:
            raise NotFound(self.id)

    def remove(self) -> None:
        self.is_removed = True

    def tasks(self) -> list[dict[str, Any]]:
        return self.states


class EmulatedSwarm:
    """A manager that starts a task at once; ``running`` by service."""

    def __init__(self) -> None:
        self.api = self.services = self.containers = self
        self.made: dict[str, EmulatedService] = {}
        self.running: dict[str, list[Task]] = {}
        self.count = 0
        self.is_stuck = False

    def create_service(self, template: dict[str, Any], name: str, **spec: Any) -> dict[str, str]:
        whole = {"Name": name, "TaskTemplate": template, "Labels": spec["labels"]}
        others = {"EndpointSpec": spec["endpoint_spec"], "UpdateConfig": spec["update_config"]}
        attrs = {"Spec": {**whole, **others}}
        self.made[name] = EmulatedService(name, attrs)
        self.running[name] = []
        self._run(name, spec["mode"])
        return {"ID": name}

    def update_service(self, id_: str, _version: int, *, task_template: Any, **spec: Any) -> None:
        known = self.made[id_].attrs["Spec"]
        assert task_template is known["TaskTemplate"]
        assert spec["update_config"] == known["UpdateConfig"]
        self._run(id_, spec["mode"])

    def _run(self, name: str, mode: dict[str, Any]) -> None:
        wanted = mode["Replicated"]["Replicas"]
        while len(self.running[name]) < wanted and not self.is_stuck:
            self.count += 1
            self.running[name].append(Task(f"task-{self.count}"))
        del self.running[name][wanted:]

    def get(self, name: str) -> EmulatedService:
        return self.made[name]

    def list(self, filters: dict[str, str], *, ignore_removed: bool) -> Sequence[Task]:
        return tuple(self.running[filters["label"].partition("=")[2]])

    def lose(self, name: str, task: str) -> None:
        """It ends; the engine replaces it."""
        self.running[name] = [each for each in self.running[name] if each.id != task]
        self._run(name, {"Replicated": {"Replicas": len(self.running[name]) + 1}})


@pytest.fixture
def manager() -> EmulatedSwarm:
    return EmulatedSwarm()


@pytest.fixture
def services(manager: EmulatedSwarm) -> Services:
    made = Services(manager, {}, "run", {"catalog": 2})  # type: ignore[arg-type]
    made.prepare("catalog", MOULD, Cast("catalog-1", "services", {}, Placement([0])), [])
    return made


def test_the_engine_starts_with_as_many_tasks_as_the_role_has_instances(
    services: Services, manager: EmulatedSwarm
) -> None:
    assert len(manager.running["run-catalog"]) == 2
    assert [services.adopt("catalog").id for _ in range(2)] == ["task-1", "task-2"]
    assert len(manager.running["run-catalog"]) == 2


def test_one_more_instance_is_one_more_task(services: Services, manager: EmulatedSwarm) -> None:
    for _ in range(2):
        services.adopt("catalog")
    assert services.adopt("catalog").id == "task-3"
    assert len(manager.running["run-catalog"]) == 3


def test_a_lost_instance_is_what_the_engine_has_put_in_its_place(
    services: Services, manager: EmulatedSwarm
) -> None:
    for _ in range(2):
        services.adopt("catalog")
    manager.lose("run-catalog", "task-1")
    assert services.adopt("catalog").id == "task-3"
    assert len(manager.running["run-catalog"]) == 2


def test_one_instance_less_is_one_task_less(services: Services, manager: EmulatedSwarm) -> None:
    services.give_up("catalog")
    assert len(manager.running["run-catalog"]) == 1


def test_a_task_that_does_not_come_is_told_with_what_the_engine_says(
    services: Services, manager: EmulatedSwarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swarm, "TASK_WITHIN_S", 0.0)
    manager.is_stuck = True
    manager.running["run-catalog"] = []
    manager.made["run-catalog"].states = [{"Status": {"State": "rejected", "Err": "no such image"}}]
    with pytest.raises(RunError, match="does not start a task of catalog: no such image"):
        services.adopt("catalog")


def test_all_services_go(services: Services, manager: EmulatedSwarm) -> None:
    services.remove()
    assert manager.made["run-catalog"].is_removed
