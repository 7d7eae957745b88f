"""Which PostgreSQL servers a platform has: one for all data, and one for each owner of data."""

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from store.postgres.server import BUFFERS_MB, CONNECTIONS, OWN_CONNECTIONS, settings
from store.runtime.deployable import Deployable
from testbed.janitor import Belongings
from testbed.platforms.local.installation import Installation
from testbed.platforms.local.postgres import PostgresServer
from testbed.platforms.platform import Deployment

ByRole = Mapping[str, PostgresServer]
"""The server that holds the data of each deployable that keeps any."""


def _said(chosen: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in chosen.items())


FACTORS = {
    "database": f"{_said(settings(CONNECTIONS, BUFFERS_MB))}, else PostgreSQL's defaults",
    "databases = shared": "one server for the run; it stays when a deployment goes",
    "databases = per-service": (
        "a server for each service that keeps data, and one for the monolith, which has one in "
        f"either case; max_connections {OWN_CONNECTIONS} each, shared_buffers {BUFFERS_MB} MB "
        "divided among them"
    ),
    "database start": "a server is restarted before each deployment that has it to itself",
}


def owners(deployment: Deployment) -> list[Deployable]:
    """The deployables that keep data."""
    return [each for each in deployment.deployables if each.create_data is not None]


class Servers:
    """Makes servers in ``folder`` and keeps count of who uses them.

    The shared one runs as long as the platform. A server of one owner runs only while a deployment
    uses it, so that it takes nothing from others, and keeps its data meanwhile.
    """

    def __init__(self, folder: Path, cpus: Collection[int], belongings: Belongings) -> None:
        self._folder = folder
        self._cpus = cpus
        self._belongings = belongings
        self._installation = Installation.for_servers_in(folder)
        self._own: dict[str, PostgresServer] = {}
        self._users: dict[PostgresServer, int] = {}
        self.shared = self._server(folder, settings(CONNECTIONS, BUFFERS_MB))

    def open(self) -> None:
        self.shared.create()
        self.shared.start()

    def close(self) -> None:
        for server in (self.shared, *self._own.values()):
            server.stop()

    @contextmanager
    def in_use(self, deployment: Deployment) -> Iterator[ByRole]:
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
            _at_once(
                PostgresServer.shut_down, [s for s in self._own.values() if not self._users[s]]
            )

    def begin_fresh(self, servers: ByRole) -> None:
        """Restart those that nobody else uses: no trial inherits buffers or memory."""
        alone = {server for server in servers.values() if self._users[server] == 1}
        _at_once(PostgresServer.restart, alone)

    def _servers_of(self, deployment: Deployment) -> ByRole:
        roles = [deployable.role for deployable in owners(deployment)]
        if deployment.databases == "shared" or len(roles) == 1:
            return dict.fromkeys(roles, self.shared)
        if not self._own:
            self._own = self._made(roles)
        return {role: self._own[role] for role in roles}

    def _made(self, roles: Collection[str]) -> dict[str, PostgresServer]:
        """A server for each role; made once, all but the first as a copy of it."""
        chosen = settings(OWN_CONNECTIONS, BUFFERS_MB // len(roles))
        made: dict[str, PostgresServer] = {}
        for number, role in enumerate(roles, start=1):
            folder = self._folder / f"s{number}"  # short: a socket's path may not be long
            folder.mkdir(mode=0o700)
            made[role] = self._server(folder, chosen)
        first, *others = made.values()
        first.create()
        for server in others:
            server.create_like(first)
        return made

    def _server(self, folder: Path, chosen: Mapping[str, str]) -> PostgresServer:
        return PostgresServer(folder, self._installation, chosen, self._cpus, self._belongings)


def _ensure_running(server: PostgresServer) -> None:
    if server.is_stopped:
        server.start()
    server.check()


def _at_once(work: Callable[[PostgresServer], None], servers: Collection[PostgresServer]) -> None:
    with ThreadPoolExecutor(max(len(servers), 1)) as workers:
        list(workers.map(work, servers))
