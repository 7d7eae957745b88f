"""Which PostgreSQL servers a platform has: one for all data, and one for each owner of data."""

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

from store.postgres.server import BUFFERS_MB, CONNECTIONS, OWN_CONNECTIONS, settings
from store.runtime.deployable import Deployable
from testbed.platforms.platform import Deployment
from testbed.platforms.store.database_server import DatabaseServer

Server = TypeVar("Server", bound=DatabaseServer)
SHARED = "shared"
"""Name of the server for all; each of the others is named after its role."""


def _said(chosen: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in chosen.items())


FACTORS = {
    "database": f"{_said(settings(CONNECTIONS, BUFFERS_MB))}, else PostgreSQL's defaults",
    "databases = shared": "one server for the run; it stays when a deployment goes",
    "databases = per-service": (
        "a server for each service that keeps data, and one for the monolith, which has one in "
        f"either case; max_connections {OWN_CONNECTIONS} each, shared_buffers {BUFFERS_MB} MiB "
        "divided among them"
    ),
    "database start": "a server is restarted before each deployment that has it to itself",
}


def owners(deployment: Deployment) -> list[Deployable]:
    """The deployables that keep data."""
    return [each for each in deployment.deployables if each.create_data is not None]


def shares(deployment: Deployment) -> bool:
    """Whether its data are on the server for all."""
    return deployment.databases == "shared" or len(owners(deployment)) == 1


class Servers(Generic[Server]):
    """Has servers made, by name, connections and MiB of buffers, and keeps count of who uses them.

    The shared one runs as long as the platform. A server of one owner runs only while a deployment
    uses it, so that it takes nothing from others, and keeps its data meanwhile.
    """

    def __init__(self, make: Callable[[str, int, int], Server]) -> None:
        self._make = make
        self._own: dict[str, Server] = {}
        self._users: dict[Server, int] = {}
        self.shared = make(SHARED, CONNECTIONS, BUFFERS_MB)
        self.is_open = False
        """Whether the shared one is there."""

    def open(self, create: Callable[[Server], object] = lambda server: server.create()) -> None:
        """Make the shared server and start it."""
        create(self.shared)
        self.shared.start()
        self.is_open = True

    def close(self) -> None:
        for server in (self.shared, *self._own.values()):
            server.stop()

    @contextmanager
    def in_use(self, deployment: Deployment) -> Iterator[Mapping[str, Server]]:
        """The running servers of ``deployment``; RunError when one of them is gone."""
        servers = self._servers_of(deployment)
        mine = set(servers.values())
        try:
            for server in mine:
                self._users[server] = self._users.get(server, 0) + 1
            _at_once(_ensure_running, mine)
            yield servers
        finally:
            for server in mine:
                self._users[server] -= 1
            unused = [server for server in self._own.values() if not self._users[server]]
            _at_once(lambda server: server.shut_down(), unused)

    def begin_fresh(self, servers: Mapping[str, Server]) -> None:
        """Restart those that nobody else uses: no trial inherits buffers or memory."""
        _at_once(lambda server: server.restart(), self.alone(servers))

    def alone(self, servers: Mapping[str, Server]) -> set[Server]:
        """Those of them that nobody else uses."""
        return {server for server in servers.values() if self._users[server] == 1}

    def _servers_of(self, deployment: Deployment) -> Mapping[str, Server]:
        roles = [deployable.role for deployable in owners(deployment)]
        if shares(deployment):
            return dict.fromkeys(roles, self.shared)
        if not self._own:
            self._own = self._made(roles)
        return {role: self._own[role] for role in roles}

    def _made(self, roles: Collection[str]) -> dict[str, Server]:
        """A server for each role; made once, all but the first as a copy of it."""
        buffers_mb = BUFFERS_MB // len(roles)
        made = {role: self._make(role, OWN_CONNECTIONS, buffers_mb) for role in roles}
        first, *others = made.values()
        first.create()
        for server in others:
            server.create_like(first)
        return made


def _ensure_running(server: DatabaseServer) -> None:
    if server.is_stopped:
        server.start()
    server.check()


def _at_once(work: Callable[[Server], None], servers: Collection[Server]) -> None:
    with ThreadPoolExecutor(max(len(servers), 1)) as workers:
        list(workers.map(work, servers))
