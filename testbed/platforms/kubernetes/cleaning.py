"""Removes what an interrupted run left in a cluster."""

from collections.abc import Mapping
from typing import Any

from testbed.platforms.kubernetes import namespaces
from testbed.platforms.kubernetes.cluster import Cluster, find_kubectl


def remove_namespace(entry: Mapping[str, Any], run: str) -> list[str]:
    """``entry``: the janitor's; says what was removed.

    TwinstackError when the cluster cannot be asked, or the namespace is somebody else's.
    """
    mark = {"KUBECONFIG": entry["kubeconfig"]} if entry["kubeconfig"] else {}
    cluster = Cluster(entry["context"], find_kubectl(), mark=mark)
    if not namespaces.delete(cluster, entry["name"], run):
        return []
    return [f"Removed the namespace {entry['name']} of context {entry['context']}."]
