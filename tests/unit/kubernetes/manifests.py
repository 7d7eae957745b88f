"""Built manifests, and what tests want to know of them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]
Build = Callable[[str], list[Object]]

MANIFESTS = Path(__file__).parents[3] / "docker" / "kubernetes"
KUBECTL = Path(sys.executable).with_name("kubectl")
"""The one that is locked, whatever the system has."""

WORKLOADS = ("Deployment", "StatefulSet", "Job")
_CPUS = {"m": 0.001, "": 1.0}
_MB = {"Mi": 1.0, "Gi": 1024.0}


def kustomize(folder: Path) -> list[Object]:
    made = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, check=True)
    return list(yaml.load_all(made.stdout, yaml.CSafeLoader))  # in C: they are long


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    return [each for each in objects if each["kind"] in kinds]


def named(objects: list[Object], kind: str, name: str) -> Object:
    (found,) = (o for o in of_kind(objects, kind) if o["metadata"]["name"] == name)
    return found


def pod(workload: Object) -> Object:
    spec: Object = workload["spec"]["template"]["spec"]
    return spec


def pod_labels(workload: Object) -> dict[str, str]:
    labels: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return labels


def container(workload: Object) -> Object:
    """Its only one."""
    (only,) = pod(workload)["containers"]
    return dict(only)


def part(workload: Object) -> str:
    return pod_labels(workload)["twinstack.part"]


def cpus(said: str) -> float:
    amount = said.rstrip("m")
    return round(float(amount) * _CPUS[said[len(amount) :]], 6)


def megabytes(said: str) -> float:
    return float(said[:-2]) * _MB[said[-2:]]


def running(objects: list[Object]) -> Iterator[tuple[int, Object]]:
    """Workloads that run on, with the number of their pods at the start."""
    for workload in of_kind(objects, "Deployment", "StatefulSet"):
        yield replicas_at_start(objects, workload), workload


def replicas_at_start(objects: list[Object], workload: Object) -> int:
    for scaler in of_kind(objects, "HorizontalPodAutoscaler"):
        if scaler["spec"]["scaleTargetRef"]["name"] == workload["metadata"]["name"]:
            return int(scaler["spec"]["minReplicas"])
    return int(workload["spec"]["replicas"])
