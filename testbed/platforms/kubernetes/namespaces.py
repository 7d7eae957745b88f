"""Namespaces of ours: made with labels that name their run, and deleted only with these."""

import json
from dataclasses import dataclass

from experiment.errors import InputError, RunError
from testbed.platforms.kubernetes.cluster import NAMESPACE, Cluster, Object

RUN = "twinstack.run"
OWNER = "twinstack.owner"
GONE_WITHIN_S = 180.0


@dataclass(frozen=True)
class Ownership:
    """Whose the objects are."""

    run: str
    """Name of the janitor's record."""
    owner: int
    """Id of the process that made them."""

    @property
    def labels(self) -> dict[str, str]:
        return {RUN: self.run, OWNER: str(self.owner)}


def require_free(cluster: Cluster, name: str) -> None:
    """InputError when there is a namespace of that name, by anybody."""
    found = _find(cluster, name)
    if found is None:
        return
    if run := _run_of(found):
        raise InputError(
            f"The namespace {name} is of the run {run}, and ends with it; twinstack clean removes "
            "what an interrupted one left."
        )
    raise InputError(
        f"The namespace {name} was not made by Twinstack, which uses no other; choose another name "
        f"by {NAMESPACE}."
    )


def create(cluster: Cluster, name: str, ownership: Ownership) -> None:
    """RunError when somebody else was faster, or it is forbidden."""
    content = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "labels": {
                **ownership.labels,
                # The cluster refuses any pod that may do more than ours.
                "pod-security.kubernetes.io/enforce": "restricted",
            },
        },
    }
    cluster.create("--filename=-", stdin=json.dumps(content))


def delete(cluster: Cluster, name: str, run: str) -> bool:
    """Delete it with all that is in it, and wait for that; False where there is nothing to do.

    RunError when it is not this run's: then nothing is deleted.
    """
    found = _find(cluster, name)
    if found is None:
        return False
    if _run_of(found) != run:
        raise RunError(f"The namespace {name} is not of the run {run}; it was left alone.")
    cluster.kubectl(
        "delete",
        "namespace",
        name,
        "--ignore-not-found",
        "--wait=true",
        f"--timeout={GONE_WITHIN_S:g}s",
        within_s=GONE_WITHIN_S,
    )
    return True


def _find(cluster: Cluster, name: str) -> Object | None:
    said = cluster.kubectl("get", "namespace", name, "--ignore-not-found", "--output=json")
    found: Object | None = json.loads(said) if said.strip() else None
    return found


def _run_of(namespace: Object) -> str | None:
    run: str | None = namespace["metadata"].get("labels", {}).get(RUN)
    return run
