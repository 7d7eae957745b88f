"""Brings one store up in a namespace that is empty."""

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from store.payment_provider.client import PAYMENT_PROVIDER
from testbed.janitor import Belongings
from testbed.platforms.kubernetes import overlay, secrets
from testbed.platforms.kubernetes.cluster import Cluster
from testbed.platforms.kubernetes.data import await_data
from testbed.platforms.kubernetes.databases import PORT, ClusterDatabases, OwnedDatabase
from testbed.platforms.kubernetes.edge import EdgeAdmin
from testbed.platforms.kubernetes.fleet import Expected, Fleet
from testbed.platforms.kubernetes.forwarding import Forward
from testbed.platforms.kubernetes.inside import Inside
from testbed.platforms.kubernetes.namespaces import Ownership
from testbed.platforms.kubernetes.overlay import Images
from testbed.platforms.kubernetes.pods import PORT as STORE_PORT
from testbed.platforms.kubernetes.store import ClusterStore, Reached
from testbed.platforms.machine.limits import NOT_LIMITED
from testbed.platforms.platform import Deployment
from testbed.platforms.store import envoy
from testbed.platforms.store.servers import owners
from testbed.telling import Telling

LAST = "twinstack.part in (store, edge)"
"""What starts when all data are there."""
FIRST = "twinstack.part notin (store, edge)"


@dataclass(frozen=True)
class Installation:
    cluster: Cluster
    """Within the namespace."""
    deployment: Deployment
    folder: Path
    """For manifests and logs."""
    belongings: Belongings

    def bring_up(
        self,
        images: Images,
        ownership: Ownership,
        port: int | None,
        undo: ExitStack,
        tell: Telling,
    ) -> ClusterStore:
        """Return when it serves; what has to be closed is put on ``undo``."""
        passwords = self._create_secrets()
        manifests = self._write_manifests(images, ownership)
        tell("Making database servers and the sample data.")
        self.cluster.create(f"--filename={manifests}", "-l", FIRST)
        await_data(self.cluster, len(owners(self.deployment)))
        fleet = Fleet(self.cluster, self._inside)
        undo.callback(fleet.close)
        fleet.settle(self._servers())
        tell(self.deployment.starting)
        began = time.monotonic()
        self.cluster.create(f"--filename={manifests}", "-l", LAST)
        fleet.settle(self._store())
        reached = self._reach(fleet, passwords, port, undo)
        reached.admin.await_members(self._counts)
        limits = limits_said(self.deployment)
        store = ClusterStore(self.deployment, reached, limits, time.monotonic() - began)
        undo.callback(store.stop)
        return store

    def _create_secrets(self) -> dict[str, dict[str, str]]:
        """They pass by no file."""
        names = [each.role for each in owners(self.deployment)]
        made = secrets.passwords(names, one_server=overlay.one_server(self.deployment))
        self.cluster.create("--filename=-", stdin=json.dumps(secrets.manifest(made)))
        return made

    def _write_manifests(self, images: Images, ownership: Ownership) -> Path:
        folder = self.folder / "manifests"
        folder.mkdir()
        namespace = self.cluster.namespace
        written = overlay.files(self.deployment, namespace, ownership, images, folder)
        for name, content in written.items():
            (folder / name).write_text(content, encoding="utf-8")
        built = self.folder / "manifests.yaml"
        built.write_text(self.cluster.kubectl("kustomize", str(folder)), encoding="utf-8")
        return built

    def _servers(self) -> list[Expected]:
        return [
            Expected(
                f"database-{server}",
                f"statefulset/database-{server}",
                f"twinstack.part=database,twinstack.data-of={server}",
                1,
            )
            for server in overlay.servers(self.deployment)
        ]

    def _store(self) -> list[Expected]:
        counts = {PAYMENT_PROVIDER: 1, envoy.EDGE: 1, **self._counts}
        return [
            Expected(name, f"deployment/{name}", f"twinstack.role={name}", count)
            for name, count in counts.items()
        ]

    @property
    def _counts(self) -> dict[str, int]:
        return {role: self.deployment.count(role) for role in self.deployment.roles}

    def _reach(
        self,
        fleet: Fleet,
        passwords: dict[str, dict[str, str]],
        port: int | None,
        undo: ExitStack,
    ) -> Reached:
        way = partial(self._way, undo)
        ways = {
            server: way(f"pod/database-{server}-0", PORT)
            for server in overlay.servers(self.deployment)
        }
        return Reached(
            fleet=fleet,
            databases=ClusterDatabases(self._databases(passwords, ways)),
            edge=way(f"deployment/{envoy.EDGE}", overlay.EDGE_PORT, port or 0),
            provider=way(f"deployment/{PAYMENT_PROVIDER}", STORE_PORT),
            provider_token=passwords[secrets.STORE][secrets.entry("provider_token")],
            admin=EdgeAdmin(
                partial(fleet.group(envoy.EDGE).places[0].ask, overlay.EDGE_ADMIN_PORT)
            ),
        )

    def _databases(
        self, passwords: dict[str, dict[str, str]], ways: dict[str, Forward]
    ) -> dict[str, OwnedDatabase]:
        found = {}
        for each in owners(self.deployment):
            server = each.role if each.role in ways else next(iter(ways))
            own = passwords[f"database-{each.role}"]
            found[each.role] = OwnedDatabase(
                each, server, ways[server], own[secrets.ADMIN_PASSWORD], own[secrets.PASSWORD]
            )
        return found

    def _way(self, undo: ExitStack, target: str, port: int, here: int = 0) -> Forward:
        log = self.folder / f"way-to-{target.replace('/', '-')}-{port}.log"
        opened = Forward(self.cluster, target, port, log, self.belongings)
        undo.callback(opened.close)
        opened.open(here)
        return opened

    def _inside(self, pod: str) -> Inside:
        return Inside(self.cluster, pod, self.folder / f"inside-{pod}.log", self.belongings)


def limits_said(deployment: Deployment) -> dict[str, str]:
    """CPU and memory limits in force, for the record."""
    cpus = ", ".join(f"{n} {overlay.milli(c)}" for n, c in overlay.quotas(deployment).items())
    return {
        "cpu": f"each pod its own: {cpus}"
        if cpus
        else f"{NOT_LIMITED}: Kubernetes holds no CPU budget over several pods",
        "memory": "each pod its own, as docker/kubernetes has it; not pooled",
        "cores": "as the cluster's scheduler chose",
    }
