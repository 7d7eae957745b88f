"""Platform ``local``: everything is a process of this machine."""

import os
import secrets
import shutil
import socket
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Literal

from experiment.errors import InputError, RunError
from store.postgres.server import settings
from testbed import janitor
from testbed.janitor import Belongings
from testbed.platforms.local.ground import LocalGround
from testbed.platforms.local.installation import Installation
from testbed.platforms.local.kept_data import FOLDER, KeptData
from testbed.platforms.local.opening import open_for
from testbed.platforms.local.postgres import PostgresServer
from testbed.platforms.machine import limits
from testbed.platforms.machine.affinity import Cores, split
from testbed.platforms.machine.easing import Easing
from testbed.platforms.machine.spread import Spread
from testbed.platforms.platform import Deployment
from testbed.platforms.store import envoy, instances, proxy, servers
from testbed.platforms.store.blueprint import PROVIDER_THREADS, Blueprint
from testbed.platforms.store.databases import Databases, DatabaseSet
from testbed.platforms.store.edge import Edge
from testbed.platforms.store.servers import Servers, shares
from testbed.platforms.store.store import Store
from testbed.socket_places import private_place, short_base
from testbed.telling import Telling, silent
from testbed.undoing import Undoing


class LocalPlatform(Undoing):
    """Implements ``Platform``; needs neither containers nor root.

    ``mesh`` says how services reach each other: by their own list of instances ("direct"), or
    through Envoy. Stores listen for their clients on ``address``.
    """

    def __init__(
        self, mesh: Literal["direct", "envoy"] = "direct", address: str = "127.0.0.1"
    ) -> None:
        self._mesh = mesh
        self._address = address
        self._cores = split(os.sched_getaffinity(0))
        self._databases = Databases()

    @property
    def generator_cpus(self) -> Collection[int]:
        return self._cores.generator

    @property
    def watched_cores(self) -> Cores | None:
        return self._cores

    @property
    def factors(self) -> dict[str, str]:
        return {
            **instances.FACTORS,
            **envoy.FACTORS,
            **proxy.FACTORS,
            **servers.FACTORS,
            "calls between services": self._mesh,
            "database copies": "made from templates, vacuumed and analysed",
            "payment provider": f"outside the budget, {PROVIDER_THREADS} threads",
            "cores": self._cores.says,
        }

    def _set_up(self, undo: ExitStack) -> None:
        self.belongings = undo.enter_context(Belongings(janitor.state_dir()))
        folder = _place_for_data()
        self.belongings.folder(folder)
        folder.mkdir(mode=0o700)
        undo.callback(shutil.rmtree, folder)
        self._servers = Servers(self._server_maker(folder))
        undo.callback(self._servers.close)
        self._kept = KeptData(janitor.state_dir() / FOLDER, self.belongings.mark)

    def _server_maker(self, folder: Path) -> Callable[[str, int, int], PostgresServer]:
        installation = Installation.for_servers_in(folder)
        numbers = count(1)

        def make(name: str, connections: int, buffers_mb: int) -> PostgresServer:
            place = folder
            if name != servers.SHARED:
                place = folder / f"s{next(numbers)}"  # short: a socket's path may not be long
                place.mkdir(mode=0o700)
            chosen = settings(connections, buffers_mb)
            return PostgresServer(place, installation, chosen, self._cores.store, self.belongings)

        return make

    def up(
        self,
        deployment: Deployment,
        workdir: Path,
        port: int | None = None,
        tell: Telling = silent,
    ) -> Store:
        """Implement ``Platform.up``; stores that are still up end with the platform."""
        require_free(port)
        folder = workdir.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            if shares(deployment) and not self._servers.is_open:
                open_for(deployment, self._servers, self._databases, self._kept, tell)
            by_role = undo.enter_context(self._servers.in_use(deployment))
            tell("Copying the sample data for this store.")
            self._hasten(by_role)
            databases = self._databases.create(deployment, by_role)
            undo.callback(self._drop, databases, by_role)
            self._servers.begin_fresh(by_role)
            limited = limits.set_up(
                deployment.budget, self.belongings, division=deployment.division
            )
            undo.callback(limited.remove)
            require_division(deployment, limited.says["cpu"], is_divided=limited.is_divided)
            easing = Easing(limited.groups if deployment.held_under_load_only else ())
            limited.says["cpu"] += easing.says
            blueprint = Blueprint(deployment, folder, databases.urls)
            spread = Spread(deployment.core_use, self._cores, blueprint.names)
            plan = replace(
                blueprint.edge(port=port, mesh=self._mesh == "envoy", address=self._address),
                admin_socket=undo.enter_context(private_place(self.belongings)) / "admin",
            )
            ground = LocalGround(databases, spread, limited, easing, self.belongings, folder)
            for server in set(by_role.values()):
                ground.take_in(server.pids())
            store = Store(blueprint, ground, Edge(plan, folder))
            undo.callback(store.stop)
            tell(deployment.starting)
            with limited.blamed(deployment.budget):
                store.start()
            store.down = undo.pop_all().close
        self._undo.callback(store.down)
        return store

    def _hasten(self, by_role: Mapping[str, PostgresServer]) -> None:
        """Until the next restart. Only where no store waits for a commit that is to be durable."""
        for server in self._servers.alone(by_role):
            if server.is_running:
                server.hasten()

    def _drop(self, databases: DatabaseSet, by_role: Mapping[str, PostgresServer]) -> None:
        self._hasten(by_role)
        self._databases.drop(databases)


def require_division(deployment: Deployment, cpu_says: str, *, is_divided: bool) -> None:
    """Quotas that nobody is held to would decide nothing, and be compared all the same."""
    wanted = deployment.budget is not None and deployment.division.among != "nobody"
    if wanted and not is_divided:
        raise RunError(
            f"The budget of {deployment.name} cannot be divided here, CPU is "
            f"{cpu_says}; a pooled budget goes without."
        )


def require_free(port: int | None) -> None:
    """Raise InputError when somebody listens on that loopback port already."""
    if port is None:
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise InputError(f"Port {port} of 127.0.0.1 cannot be used: {error}.") from error


def _place_for_data() -> Path:
    """A folder to be made, recorded before that."""
    return short_base() / f"twinstack-{secrets.token_hex(4)}"
