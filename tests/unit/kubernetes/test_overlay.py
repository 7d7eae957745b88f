"""From a deployment of a scenario to what kubectl is given."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from manifests import container, kustomize, named, of_kind, part

from experiment.scenario import Scenario
from experiment.store import Arm
from store.runtime.settings import Settings
from testbed.deploying import deployment_of
from testbed.platforms.kubernetes.namespaces import Ownership
from testbed.platforms.kubernetes.overlay import Images, files, settings
from testbed.platforms.platform import Deployment
from testbed.scenarios import find

Object = dict[str, Any]

OURS = Ownership("123-abcd", 123)


def arm_of(scenario: Scenario, architecture: str) -> Arm:
    return next(arm for arm in scenario.arms if arm.architecture == architecture)


def deployed(scenario: str, architecture: str) -> Deployment:
    found = find(scenario)
    return deployment_of(found, arm_of(found, architecture))


def built(deployment: Deployment, folder: Path) -> list[Object]:
    images = Images("registry.test:5000/shop", "3.2.1")
    for name, content in files(deployment, "here", OURS, images, folder).items():
        (folder / name).write_text(content, encoding="utf-8")
    return kustomize(folder)


@pytest.fixture(scope="module", params=["monolith", "microservices"])
def spike(request: pytest.FixtureRequest) -> Deployment:
    return deployed("spike-hot-feature", request.param)


@pytest.fixture(scope="module")
def objects(spike: Deployment, tmp_path_factory: pytest.TempPathFactory) -> list[Object]:
    return built(spike, tmp_path_factory.mktemp("spike"))


def test_every_object_is_in_its_namespace_and_carries_its_run(objects: list[Object]) -> None:
    for each in objects:
        assert each["metadata"]["namespace"] == "here"
        assert OURS.labels.items() <= each["metadata"]["labels"].items()


def test_pods_carry_their_run_too(objects: list[Object]) -> None:
    for each in of_kind(objects, "Deployment", "StatefulSet", "Job"):
        assert OURS.labels.items() <= each["spec"]["template"]["metadata"]["labels"].items()


def test_images_come_from_the_registry_and_tag_that_were_named(
    objects: list[Object],
) -> None:
    for each in of_kind(objects, "Deployment", "StatefulSet", "Job"):
        image = container(each)["image"]
        assert image.startswith("registry.test:5000/shop/twinstack-")
        assert image.endswith(":3.2.1")


def test_roles_have_the_instances_and_quotas_of_the_scenario(
    spike: Deployment, objects: list[Object]
) -> None:
    for role in spike.roles:
        workload = named(objects, "Deployment", role)
        milli = f"{round(1000 * spike.division.quotas[role])}m"
        resources = container(workload)["resources"]
        assert workload["spec"]["replicas"] == spike.count(role)
        assert resources["limits"]["cpu"] == resources["requests"]["cpu"] == milli


def test_edge_and_databases_have_half_of_the_shared_quota_each(
    spike: Deployment, tmp_path: Path
) -> None:
    objects = built(replace(spike, databases="per-service"), tmp_path)
    servers = of_kind(objects, "StatefulSet")
    half = 1000 * (spike.division.shared_cpus or 0) / 2
    edge = container(named(objects, "Deployment", "edge"))["resources"]["limits"]["cpu"]
    each = {container(server)["resources"]["limits"]["cpu"] for server in servers}
    assert (edge, each) == (f"{round(half)}m", {f"{round(half / len(servers))}m"})


def test_a_pooled_budget_limits_nobody_s_cpu(tmp_path: Path) -> None:
    objects = built(deployed("outage-one-service", "microservices"), tmp_path)
    for each in of_kind(objects, "Deployment", "StatefulSet"):
        is_limited = "cpu" in container(each)["resources"]["limits"]
        assert is_limited == (part(each) == "outside")


def test_the_cluster_s_autoscaler_leaves_the_deciding_to_the_test_bed(
    objects: list[Object],
) -> None:
    assert not of_kind(objects, "HorizontalPodAutoscaler")


def test_a_shared_layout_has_one_server(tmp_path: Path) -> None:
    objects = built(deployed("outage-one-service", "microservices"), tmp_path)
    assert len(of_kind(objects, "StatefulSet")) == 1


def test_processes_understand_their_settings_and_have_those_of_the_scenario(
    spike: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"TWINSTACK_ROLE": "catalog", "TWINSTACK_INSTANCE": "pod", "TWINSTACK_SECRET": "s"}
    for name, value in (settings(spike) | own).items():
        monkeypatch.setenv(name, value)
    read = Settings.from_environment()
    assert read.recommendation_passes == spike.work.recommendation_passes
    assert read.threads == spike.work.threads
    assert read.telemetry_file == Path("/run/twinstack/own.counters")
    assert read.faults_file == Path("/run/twinstack/faults.json")


def test_no_secret_of_the_blueprint_is_in_the_settings(spike: Deployment) -> None:
    assert not [name for name in settings(spike) if "SECRET" in name or "URL" in name]


def test_the_edge_finds_roles_by_name_and_listens_to_all(spike: Deployment, tmp_path: Path) -> None:
    edge = json.loads(files(spike, "here", OURS, Images("r", "t"), tmp_path)["envoy.json"])
    clusters = edge["static_resources"]["clusters"]
    (listener,) = edge["static_resources"]["listeners"]
    assert {each["name"] for each in clusters} == set(spike.roles)
    assert {each["type"] for each in clusters} == {"STRICT_DNS"}
    assert listener["address"]["socket_address"] == {"address": "0.0.0.0", "port_value": 8080}
    assert edge["admin"]["address"]["socket_address"]["address"] == "127.0.0.1"
