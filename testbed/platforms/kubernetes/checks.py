"""Whether platform ``kubernetes`` would work here."""

from collections.abc import Mapping

from experiment.errors import InputError
from testbed.platforms.kubernetes.cluster import Cluster, find_kubectl
from testbed.platforms.kubernetes.platform import context_in

ALLOWED = ("create namespaces", "delete namespaces", "create pods/exec", "create pods/portforward")
ANSWERS_WITHIN_S = 10.0


def kubernetes(environment: Mapping[str, str]) -> str:
    """What was found; TwinstackError with the first reason why it would not work."""
    cluster = Cluster(context_in(environment), find_kubectl())
    cluster.require_context()
    version = cluster.server_version(ANSWERS_WITHIN_S)
    for right in ALLOWED:
        if not cluster.may(right, ANSWERS_WITHIN_S):
            raise InputError(f"Context {cluster.context} does not permit to {right}.")
    return f"context {cluster.context}, {version}"
