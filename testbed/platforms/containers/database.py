"""A PostgreSQL server in a container; its data are in a volume and outlive the container."""

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from docker.errors import APIError
from docker.models.networks import Network
from psycopg import Connection
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from experiment.errors import RunError
from store.postgres.server import SUPERUSER
from testbed.platforms.containers.casting import Cast, Placement
from testbed.platforms.containers.container import RunningContainer
from testbed.platforms.containers.usage import ControlGroupLook
from testbed.platforms.containers.yard import Joined, Yard
from testbed.platforms.running import Look

DATA = "/var/lib/postgresql/data"
PORT = 5432
NAME_FOR_OWNERS = "database"
"""What its owners call it, each in a network of its own."""
START_WITHIN_S = 60.0
END_WITHIN_S = 60.0
_POLL_S = 0.05


@dataclass(frozen=True)
class ServerPlan:
    """What does not change while a server starts and stops."""

    name: str
    connections: int
    buffers_mb: int
    mould: Mapping[str, Any]
    home: Network
    """The network on which the test bed reaches it."""
    folder: Path
    """For its log."""
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)


class DatabaseContainer:
    """Implements ``DatabaseServer``: a new container at each start, in the place it has then."""

    def __init__(self, plan: ServerPlan, yard: Yard, place: Placement) -> None:
        self._plan = plan
        self._yard = yard
        self._usual_place = self.place = place
        self._joined: list[Network] = []
        self._process: RunningContainer | None = None
        self._host = ""
        self._past_cpu_s: dict[int, float] = {}
        """Of containers that have ended or are about to, by their first processes."""

    @property
    def running(self) -> RunningContainer | None:
        return self._process

    @property
    def is_stopped(self) -> bool:
        return self._process is None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_alive

    def check(self) -> None:
        if self._process is None:
            raise RunError("PostgreSQL is not running.")
        self._process.check()

    def create(self) -> None:
        self._yard.client.volumes.create(self._volume, labels=dict(self._yard.labels))

    def create_like(self, other: "DatabaseContainer") -> None:  # noqa: ARG002 - as on platform local, where copies save time
        self.create()

    def start(self) -> None:
        plan = self._plan
        chosen = Cast(
            hostname=f"database-{plan.name}",
            network=str(plan.home.name),
            labels={},
            placement=self.place,
            environment={
                "POSTGRES_PASSWORD": plan.password,
                "TWINSTACK_CONNECTIONS": f"{plan.connections}",
                "TWINSTACK_BUFFERS_MB": f"{plan.buffers_mb}",
            },
            binds=[f"{self._volume}:{DATA}"],
        )
        joined = [Joined(network, [NAME_FOR_OWNERS]) for network in self._joined]
        container = self._yard.start(plan.mould, chosen, joined)
        log = plan.folder / f"database-{plan.name}.log"
        self._process = RunningContainer(container, f"PostgreSQL ({plan.name})", log)
        self._host = self._process.address_in(str(plan.home.name))
        self._await_connections(self._process)

    def join(self, networks: Iterable[Network]) -> None:
        """Let those who are on these networks reach it, also after it was started anew."""
        for network in networks:
            self._joined.append(network)
            if self._process is not None:
                network.connect(self._process.container, aliases=[NAME_FOR_OWNERS])

    def leave(self, networks: Sequence[Network]) -> None:
        """Not be on them any more, nor in the place that was taken for them."""
        if self.place != self._usual_place:
            self.shut_down()
            self.place = self._usual_place
        for network in networks:
            self._joined.remove(network)
            if self._process is not None and self._process.is_alive:
                network.disconnect(self._process.container, force=True)

    def stop(self) -> None:
        if self._process is not None:
            self._keep_cpu_s(self._process)
            self._process.kill()
            self._let_go()

    def shut_down(self) -> None:
        if self._process is None:
            return
        self._keep_cpu_s(self._process)
        self._process.ask("SIGINT")  # fast shutdown: rolls back, disconnects, writes
        if not self._process.ended_within(END_WITHIN_S):
            raise RunError(f"PostgreSQL did not end within {END_WITHIN_S:g} s for a restart.")
        self._let_go()

    def restart(self) -> None:
        self.shut_down()
        self.start()

    def drop(self) -> None:
        """The server and its data, for good."""
        self.stop()
        try:
            self._yard.client.volumes.get(self._volume).remove(force=True)
        except APIError as error:
            raise RunError(f"The engine does not remove a volume: {error.explanation}.") from error

    def cpu_s(self, look: Look) -> float:
        process = self._process  # another thread may be stopping it
        now = {} if process is None else {process.pid: look.cpu_s(process)}
        return sum((now | self._past_cpu_s).values())

    def memory_mb(self, look: Look) -> float:
        process = self._process  # as above
        return 0.0 if process is None else look.memory_mb(process)

    def url(self, database: str, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@{NAME_FOR_OWNERS}:{PORT}/{database}"

    def url_from_here(self, database: str, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@{self._host}:{PORT}/{database}"

    def admin_url(self, database: str) -> str:
        url = self.url_from_here(database, SUPERUSER, self._plan.password)
        return make_conninfo(url, connect_timeout=5)

    def connect(self, database: str = "postgres") -> Connection[TupleRow]:
        return psycopg.connect(self.admin_url(database), autocommit=True)

    @property
    def _volume(self) -> str:
        return f"{self._yard.prefix}-{self._plan.name}"

    def _keep_cpu_s(self, process: RunningContainer) -> None:
        if process.is_alive:
            self._past_cpu_s[process.pid] = ControlGroupLook().cpu_s(process)

    def _let_go(self) -> None:
        if self._process is not None:
            self._process.remove()
            self._process = None

    def _await_connections(self, process: RunningContainer) -> None:
        until = time.monotonic() + START_WITHIN_S
        while True:
            process.check()
            try:
                self.connect().close()
            except psycopg.OperationalError as error:
                if time.monotonic() > until:
                    raise RunError(
                        f"PostgreSQL did not start within {START_WITHIN_S:g} s; "
                        f"{process.last_words}"
                    ) from error
                time.sleep(_POLL_S)
            else:
                return
