"""What every pod has to be like, whatever it runs."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from manifests import WORKLOADS, container, of_kind, part, pod

from microservices.deployables import DEPLOYABLES as SERVICES
from monolith.deployables import DEPLOYABLES as MONOLITH
from store.runtime.settings import variable
from testbed.platforms.kubernetes import secrets
from testbed.platforms.store import envoy

Object = dict[str, Any]

KUBERNETES = "1.34"
IMAGES = {
    f"twinstack-{name}"
    for name in (
        *(service.role for service in SERVICES),
        "monolith", "payment-provider", "edge", "database", "create-data", "load",
    )
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def schemas_are_read_once() -> Iterator[None]:
    """The library reads megabytes of definitions for each object."""
    utils = kubernetes_validate.utils
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utils, "schema_contents", cache(utils.schema_contents))
        yield


def test_every_object_is_valid(objects: list[Object]) -> None:
    for each in objects:
        kubernetes_validate.validate(each, KUBERNETES, strict=True)


def test_the_schema_finds_what_is_wrong(objects: list[Object]) -> None:
    workload = of_kind(objects, *WORKLOADS)[0]
    wrong = {**workload, "spec": {**workload["spec"], "replicass": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


def test_no_pod_runs_as_root_or_may_become_it(objects: list[Object]) -> None:
    for workload in of_kind(objects, *WORKLOADS):
        whole, own = pod(workload)["securityContext"], container(workload)["securityContext"]
        assert (whole["runAsNonRoot"], whole["runAsUser"]) == (True, 10001)
        assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
        assert own["allowPrivilegeEscalation"] is False
        assert own["capabilities"] == {"drop": ["ALL"]}
        assert "privileged" not in own


def test_no_pod_writes_to_its_image(objects: list[Object]) -> None:
    for workload in of_kind(objects, *WORKLOADS):
        own = container(workload)
        assert own["securityContext"]["readOnlyRootFilesystem"] is True
        mounted = {mount["mountPath"] for mount in own["volumeMounts"]}
        assert {"/tmp", "/run/twinstack"} <= mounted


def test_no_pod_has_a_token_for_the_cluster(objects: list[Object]) -> None:
    for workload in of_kind(objects, *WORKLOADS):
        assert pod(workload)["automountServiceAccountToken"] is False
        assert pod(workload)["enableServiceLinks"] is False


def test_no_pod_shares_anything_with_its_node(objects: list[Object]) -> None:
    for workload in of_kind(objects, *WORKLOADS):
        spec = pod(workload)
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
        assert not [volume for volume in spec["volumes"] if "hostPath" in volume]


def test_requests_equal_limits(objects: list[Object]) -> None:
    for workload in of_kind(objects, *WORKLOADS):
        resources = container(workload)["resources"]
        assert resources["requests"] == resources["limits"]
        assert resources["limits"].keys() == {"cpu", "memory"}


def test_what_runs_on_is_probed(objects: list[Object]) -> None:
    for workload in of_kind(objects, "Deployment", "StatefulSet"):
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container(workload).keys()


def test_what_ends_has_a_deadline(objects: list[Object]) -> None:
    for job in of_kind(objects, "Job"):
        assert pod(job)["activeDeadlineSeconds"] > 0


def test_the_store_is_asked_for_its_own_health(objects: list[Object]) -> None:
    for workload in (w for w in of_kind(objects, "Deployment") if part(w) == "store"):
        own = container(workload)
        asked = {name: own[f"{name}Probe"]["httpGet"]["path"] for name in ("readiness", "liveness")}
        assert asked == {"readiness": "/readyz", "liveness": "/healthz"}


def test_the_edge_steers_away_before_an_instance_leaves_the_lists(objects: list[Object]) -> None:
    edge_s = envoy.UNHEALTHY_AFTER * (envoy.HEALTH_CHECK_INTERVAL_S + envoy.HEALTH_CHECK_TIMEOUT_S)
    for workload in (w for w in of_kind(objects, "Deployment") if part(w) == "store"):
        probe = container(workload)["readinessProbe"]
        assert probe["failureThreshold"] * probe["periodSeconds"] > edge_s


def test_images_are_those_of_the_project_with_a_tag_that_does_not_move(
    objects: list[Object],
) -> None:
    for workload in of_kind(objects, *WORKLOADS):
        registry, _, image = container(workload)["image"].rpartition("/")
        name, _, tag = image.partition(":")
        assert registry
        assert name in IMAGES
        assert tag not in {"", "latest"}


def test_the_tag_is_the_project_s_version(objects: list[Object]) -> None:
    project = Path(__file__).parents[3] / "pyproject.toml"
    (version,) = re.findall(r'(?m)^version = "(.+)"$', project.read_text("utf-8"))
    tags = {container(w)["image"].rpartition(":")[2] for w in of_kind(objects, *WORKLOADS)}
    assert tags == {version}


def test_no_secret_is_in_the_manifests(objects: list[Object]) -> None:
    assert not of_kind(objects, "Secret")
    for workload in of_kind(objects, *WORKLOADS):
        for each in container(workload).get("env", []):
            if re.search("PASSWORD|SECRET|TOKEN", each["name"]):
                assert "secretKeyRef" in each["valueFrom"]


def test_a_process_is_given_the_secrets_that_it_needs_and_no_others(objects: list[Object]) -> None:
    needed = {each.role: set(each.secrets) for each in (*MONOLITH, *SERVICES)}
    needed["payment-provider"] = {"provider_token"}
    workloads = [w for w in of_kind(objects, "Deployment") if part(w) in {"store", "outside"}]
    assert workloads or part(of_kind(objects, *WORKLOADS)[0]) == "load"
    for workload in workloads:
        held = {
            each["name"]: each["valueFrom"]["secretKeyRef"]["key"]
            for each in container(workload)["env"]
            if each.get("valueFrom", {}).get("secretKeyRef", {}).get("name") == secrets.STORE
        }
        assert held == {
            variable(name): secrets.entry(name) for name in needed[workload["metadata"]["name"]]
        }


def test_the_generator_and_what_it_measures_are_never_on_one_node(objects: list[Object]) -> None:
    others = {"load": {"edge", "store", "database"}}
    for workload in of_kind(objects, *WORKLOADS):
        if part(workload) == "create-data":
            continue  # it has ended before there is any load
        (term,) = pod(workload)["affinity"]["podAntiAffinity"][
            "requiredDuringSchedulingIgnoredDuringExecution"
        ]
        assert term["topologyKey"] == "kubernetes.io/hostname"
        assert _parts(term["labelSelector"]) == others.get(part(workload), {"load"})


def _parts(selector: dict[str, list[dict[str, list[str]]]]) -> set[str]:
    expressions = selector.get("matchExpressions", [])
    plain = dict(selector.get("matchLabels", {}))
    return {*plain.values(), *(value for each in expressions for value in each["values"])}
