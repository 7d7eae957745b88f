"""From a deployment to the Kustomize overlay of it: pure, nothing is asked or started here."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from experiment.store import Sample
from store.runtime.settings import Secret, variable
from testbed.platforms.kubernetes.cluster import Object
from testbed.platforms.kubernetes.namespaces import Ownership
from testbed.platforms.platform import Deployment
from testbed.platforms.store import envoy
from testbed.platforms.store.blueprint import Blueprint
from testbed.platforms.store.servers import owners

MANIFESTS = Path(__file__).parents[3] / "docker" / "kubernetes"
RUN_FOLDER = Path("/run/twinstack")
"""Of every container: whatever it may write."""
EDGE_PORT = 8080
EDGE_ADMIN_PORT = 9901
EDGE_FILE = "envoy.json"
FAULTS_FILE = "faults.json"
COUNTERS_FILE = "own.counters"
CHANGES_FILE = "state-changes.jsonl"
LIMITED = "Deployment|StatefulSet"
_ITS_OWN = {"role", "instance", "database_url", "peers_file", "start_delay_s", *get_args(Secret)}
"""Settings that are not the same for all: the manifests have them."""
_RESOURCES = "/spec/template/spec/containers/0/resources"


@dataclass(frozen=True)
class Images:
    """Where a cluster fetches the images."""

    registry: str
    tag: str


def one_server(deployment: Deployment) -> bool:
    """Whether one database server holds the data of several owners."""
    return deployment.databases == "shared" and len(owners(deployment)) > 1


def servers(deployment: Deployment) -> list[str]:
    """Owners after whom the database servers are named."""
    return (
        [each.role for each in owners(deployment)] if not one_server(deployment) else ["accounts"]
    )


def files(
    deployment: Deployment, namespace: str, ownership: Ownership, images: Images, folder: Path
) -> dict[str, str]:
    """Content by name of the files that ``folder`` has to hold."""
    return {
        "kustomization.yaml": json.dumps(
            _kustomization(deployment, namespace, ownership, images, folder), indent=1
        ),
        EDGE_FILE: json.dumps(_edge(deployment), indent=1),
    }


def _kustomization(
    deployment: Deployment, namespace: str, ownership: Ownership, images: Images, folder: Path
) -> Object:
    def lies(name: str) -> str:
        return os.path.relpath(MANIFESTS / name, folder.resolve())

    shared = ["components/one-server"] if one_server(deployment) else []
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": namespace,
        "resources": [lies(deployment.architecture)],
        "components": [
            lies(name) for name in (*shared, "components/unscaled", "components/complete")
        ],
        "labels": [{"pairs": ownership.labels, "includeTemplates": True}],
        "replicas": [{"name": role, "count": deployment.count(role)} for role in deployment.roles],
        "configMapGenerator": [
            _config_map("images", {"registry": images.registry, "tag": images.tag})
            | {"options": _FOR_KUSTOMIZE_ALONE},
            _config_map("settings", settings(deployment)) | {"behavior": "replace"},
            _config_map("sample", _sizes(deployment.sample)) | {"behavior": "replace"},
            {"name": "edge", "files": [EDGE_FILE], "options": {"disableNameSuffixHash": True}},
        ],
        "patches": list(_patches(deployment)),
    }


_FOR_KUSTOMIZE_ALONE = {
    "disableNameSuffixHash": True,
    "annotations": {"config.kubernetes.io/local-config": "true"},
}


def _config_map(name: str, content: Mapping[str, str]) -> Object:
    return {
        "name": name,
        "literals": [f"{key}={value}" for key, value in content.items()],
        "options": {"disableNameSuffixHash": True},
    }


def settings(deployment: Deployment) -> dict[str, str]:
    """Environment of every process of the store: that of platform ``local``, its files apart."""
    blueprint = Blueprint(deployment, RUN_FOLDER, {})
    own = blueprint.instance(deployment.roles[0], 1).settings.model_copy(
        update={"telemetry_file": RUN_FOLDER / COUNTERS_FILE}
    )
    its_own = set(map(variable, _ITS_OWN))
    return {name: value for name, value in own.environment().items() if name not in its_own}


def _sizes(sample: Sample) -> dict[str, str]:
    return {f"TWINSTACK_{name.upper()}": str(n) for name, n in sample.model_dump().items()}


def _edge(deployment: Deployment) -> envoy.Config:
    """The edge as platform ``local`` has it, but for where it listens and how it finds roles."""
    local = Blueprint(deployment, RUN_FOLDER, {}).edge(port=EDGE_PORT, mesh=False)
    return envoy.bootstrap(
        replace(local, members=None, address=envoy.EVERYWHERE, admin_port=EDGE_ADMIN_PORT)
    )


def _patches(deployment: Deployment) -> Iterator[Object]:
    """Of limits alone."""
    limited = quotas(deployment)
    if not limited:
        for part in ("store", "edge", "database"):
            target = {"kind": LIMITED, "labelSelector": f"twinstack.part={part}"}
            yield _patch(target, [{"op": "remove", "path": f"{_RESOURCES}/limits/cpu"}])
        return
    for name, share in limited.items():
        yield _patch({"kind": LIMITED, "name": name}, list(_held_to(share)))


def quotas(deployment: Deployment) -> dict[str, float]:
    """CPUs of one pod, by name of what makes it; empty where CPU is not limited.

    Edge and databases, which share a quota on one machine, have half of it each.
    """
    division = deployment.division
    is_limited = deployment.budget is not None and division.among != "nobody"
    if not is_limited or division.shared_cpus is None:
        return {}
    own = {
        role: division.quotas[role] / (deployment.count(role) if division.among == "roles" else 1)
        for role in deployment.roles
    }
    of_servers = servers(deployment)
    each = division.shared_cpus / 2 / len(of_servers)
    return own | {"edge": division.shared_cpus / 2} | {f"database-{s}": each for s in of_servers}


def _held_to(cpus: float) -> Iterator[Object]:
    for which in ("requests", "limits"):
        yield {"op": "replace", "path": f"{_RESOURCES}/{which}/cpu", "value": milli(cpus)}


def milli(cpus: float) -> str:
    """Kubernetes counts in thousandths, and knows nothing smaller."""
    return f"{max(round(1000 * cpus), 1)}m"


def _patch(target: Object, operations: list[dict[str, Any]]) -> Object:
    return {"target": target, "patch": json.dumps(operations)}
