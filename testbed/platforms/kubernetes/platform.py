"""Platform ``kubernetes``: a namespace for each store, in a cluster that is named."""

import os
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from pathlib import Path

from experiment.errors import InputError
from testbed import janitor
from testbed.janitor import Belongings
from testbed.platforms.kubernetes import namespaces
from testbed.platforms.kubernetes.cluster import CONTEXT, NAMESPACE, Cluster, find_kubectl
from testbed.platforms.kubernetes.installation import Installation
from testbed.platforms.kubernetes.namespaces import Ownership
from testbed.platforms.kubernetes.overlay import Images
from testbed.platforms.kubernetes.store import ClusterStore
from testbed.platforms.local.platform import require_free
from testbed.platforms.machine.affinity import Cores
from testbed.platforms.platform import Deployment
from testbed.platforms.store import envoy
from testbed.telling import Telling, silent
from testbed.undoing import Undoing

REGISTRY = "TWINSTACK_REGISTRY"
TAG = "TWINSTACK_TAG"

FACTORS = {
    **envoy.FACTORS,
    "calls between services": "direct, by the addresses that DNS has, looked up once a second",
    "instances": "a pod each; one that is killed is not replaced before the fault is lifted",
    "lists of members": "DNS: a pod is in them while it is ready, and leaves them when it is lost",
    "starts": "under the pod's own limit; an instance that is added serves as soon as it is ready",
    "edge and databases": "half of budget.shared_cpus each, equal among servers",
    "memory": "each pod its own limit",
    "way of the load": "one kubectl port-forward, unless load workers run in the cluster",
    "clocks of nodes": "taken to be right",
}


class KubernetesPlatform(Undoing):
    """Implements ``Platform``. Never uses a kubeconfig's current context."""

    def __init__(self, context: str, namespace: str, images: Images) -> None:
        self._context = context
        self._namespace = namespace
        self._images = images

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "KubernetesPlatform":
        """InputError when no context is named."""
        context = context_in(environment)
        images = Images(
            environment.get(REGISTRY, "docker.io/library"), environment.get(TAG, "latest")
        )
        return cls(context, environment.get(NAMESPACE, "twinstack"), images)

    @property
    def generator_cpus(self) -> Collection[int]:
        return os.sched_getaffinity(0)

    @property
    def watched_cores(self) -> Cores | None:
        """None: the nodes are the cluster's, and others run there."""
        return None

    @property
    def factors(self) -> dict[str, str]:
        return {
            **FACTORS,
            "platform": f"kubernetes {self._version}, images {self._images.tag}",
        }

    def _set_up(self, undo: ExitStack) -> None:
        self.belongings = undo.enter_context(Belongings(janitor.state_dir()))
        self._cluster = Cluster(self._context, find_kubectl(), mark=self.belongings.mark)
        self._cluster.require_context()
        self._version = self._cluster.server_version()

    def up(
        self,
        deployment: Deployment,
        workdir: Path,
        port: int | None = None,
        tell: Telling = silent,
    ) -> ClusterStore:
        """Implement ``Platform.up``; there is one store of each architecture at a time."""
        require_free(port)
        folder = workdir.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{self._namespace}-{deployment.architecture}"
        ownership = Ownership(self.belongings.file.stem, os.getpid())
        namespaces.require_free(self._cluster, name)
        with ExitStack() as undo:
            self.belongings.namespace(self._context, name, os.environ.get("KUBECONFIG"))
            undo.callback(namespaces.delete, self._cluster, name, ownership.run)
            namespaces.create(self._cluster, name, ownership)
            cluster = self._cluster.within(name)
            installation = Installation(cluster, deployment, folder, self.belongings)
            store = installation.bring_up(self._images, ownership, port, undo, tell)
            store.down = undo.pop_all().close
        self._undo.callback(store.down)
        return store


def context_in(environment: Mapping[str, str]) -> str:
    """The one that is named; InputError when none is."""
    if not (context := environment.get(CONTEXT)):
        raise InputError(
            f"Platform kubernetes uses no cluster by chance: name a context by {CONTEXT} "
            "(kubectl config get-contexts lists them)."
        )
    return context
