"""What an engine has of a run goes, and nothing else does."""

import os
import subprocess
from pathlib import Path

import orjson
import pytest
from emulated_engine import EmulatedEngine

from experiment.errors import InputError
from testbed import janitor
from testbed.janitor import Belongings
from testbed.platforms.containers import cleaning
from testbed.platforms.containers import engine as engines
from testbed.platforms.containers.cleaning import remove_run
from testbed.platforms.containers.compose import remove_project

BODY = {"Labels": {}, "NetworkingConfig": {"EndpointsConfig": {}}}


def _container(engine: EmulatedEngine, name: str, network: str | None = None) -> None:
    body = {**BODY, "NetworkingConfig": {"EndpointsConfig": {network: {}} if network else {}}}
    engine.create_container_from_config(body, name)
    engine.containers.get(name).start()


def _names(engine: EmulatedEngine) -> list[str]:
    things = (engine.containers, engine.networks, engine.volumes)
    return [each.name for kind in things for each in kind.there]


def test_containers_networks_and_volumes_of_a_run_are_removed_and_told(
    engine: EmulatedEngine,
) -> None:
    engine.network("twinstack-7-ab-1_data")
    engine.volumes.create("twinstack-7-ab-shared", {})
    _container(engine, "twinstack-7-ab-1-catalog-1", "twinstack-7-ab-1_data")
    said = remove_run(engine, "7-ab")  # type: ignore[arg-type]
    assert said == [
        "Removed the container twinstack-7-ab-1-catalog-1.",
        "Removed the network twinstack-7-ab-1_data.",
        "Removed the volume twinstack-7-ab-shared.",
    ]
    assert _names(engine) == []


def test_another_run_and_what_is_not_ours_stay(engine: EmulatedEngine) -> None:
    _container(engine, "twinstack-7-abc-1-catalog-1")
    _container(engine, "somebody-else")
    engine.volumes.create("twinstack-8-ab-shared", {})
    assert remove_run(engine, "7-ab") == []  # type: ignore[arg-type]
    assert len(_names(engine)) == 3


def test_of_moulds_nothing_is_left(engine: EmulatedEngine) -> None:
    of_compose = {"com.docker.compose.project": "twinstack-7-ab-1"}
    engine.network("twinstack-7-ab-1_data", **of_compose)
    engine.network("twinstack-7-ab-2_data", **{"com.docker.compose.project": "twinstack-7-ab-2"})
    engine.create_container_from_config({**BODY, "Labels": of_compose}, "twinstack-7-ab-1_catalog")
    remove_project(engine, "twinstack-7-ab-1")  # type: ignore[arg-type]
    assert _names(engine) == ["twinstack-7-ab-2_data"]


def _orphan(record: Belongings) -> None:
    owner, *others = record.file.read_bytes().splitlines(keepends=True)
    gone = {**orjson.loads(owner), "started": 1}
    record.file.write_bytes(orjson.dumps(gone) + b"\n" + b"".join(others))


def test_clean_removes_containers_of_a_run_whose_owner_is_gone(
    engine: EmulatedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "connect", lambda: engine)
    record = Belongings(tmp_path)
    record.containers()
    name = f"{cleaning.prefix_of(record.file.stem)}-1-catalog-1"
    _container(engine, name)
    assert janitor.clean(tmp_path) == []  # its owner lives
    _orphan(record)
    assert janitor.clean(tmp_path) == [f"Removed the container {name}."]
    assert not record.file.exists()


def test_clean_keeps_the_record_while_no_engine_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_engine() -> None:
        raise InputError("No container engine answers.")

    monkeypatch.setattr(engines, "connect", no_engine)
    record = Belongings(tmp_path)
    record.containers()
    _orphan(record)
    (said,) = janitor.clean(tmp_path)
    assert said.startswith(f"Containers of run {record.file.stem} may be left: No container engine")
    assert record.file.exists()


def test_a_network_that_was_kept_goes_when_its_owner_is_gone(engine: EmulatedEngine) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    dead, alive = ({engines.OWNER: f"{pid}"} for pid in (gone.pid, os.getpid()))
    engine.network("kept", **dead)
    engine.network("about to be used", **alive)
    engine.network("of an interrupted run", **dead)
    engine.network("not ours")
    _container(engine, "left", "of an interrupted run")
    cleaning.remove_forgotten(engine)  # type: ignore[arg-type]
    names = [each.name for each in engine.networks.there]
    assert names == ["about to be used", "of an interrupted run", "not ours"]
