"""A PostgreSQL server of our own: made, started, stopped, and asked what it has used."""

import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from experiment.errors import RunError
from store.postgres.databases import set_password
from store.postgres.server import SUPERUSER, initdb_command, server_command
from testbed import procfs, shared_memory
from testbed.janitor import Belongings
from testbed.platforms.local.installation import Installation
from testbed.platforms.local.kept_data import KeptData
from testbed.platforms.machine.processes import OwnedProcess, Program, last_lines, start, stop_all
from testbed.platforms.machine.usage import ProcessLook
from testbed.platforms.running import Look

START_WITHIN_S = 30.0
END_WITHIN_S = 60.0
PORT = 5432
"""Names the socket; servers differ by their folders."""
_POLL_S = 0.02


class PostgresServer:
    """Implements ``DatabaseServer`` in a ``folder``, reached through a Unix socket only.

    Every role has a password, the superuser too, so that a process cannot claim another's role.
    """

    def __init__(
        self,
        folder: Path,
        installation: Installation,
        settings: Mapping[str, str],
        cpus: Collection[int],
        belongings: Belongings,
    ) -> None:
        self._folder = folder
        self._installation = installation
        self._settings = settings
        self._cpus = cpus
        self._belongings = belongings
        self._log = folder / "postgres.log"
        self._password = secrets.token_urlsafe(24)
        self._process: OwnedProcess | None = None
        self._is_hasty = False
        self._past_cpu_s: dict[int, float] = {}
        """Of processes that have ended or are about to, by their ids."""

    @property
    def programs(self) -> Path:
        """Folder of PostgreSQL's programs."""
        return self._installation.programs

    @property
    def data(self) -> Path:
        return self._folder / "data"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RunError("PostgreSQL is not running.")
        return self._process.pid

    @property
    def running(self) -> OwnedProcess | None:
        return self._process

    @property
    def is_stopped(self) -> bool:
        return self._process is None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_alive

    def check(self) -> None:
        """Raise RunError, with the last lines of its log, when the server is gone."""
        if self._process is None:
            raise RunError("PostgreSQL is not running.")
        self._process.check()

    def pids(self) -> list[int]:
        """The server's process and its children, in an order in which none is missed."""
        return [stat.pid for stat in procfs.tree(procfs.snapshot(), self.pid)]

    def cpu_s(self, look: Look) -> float:
        process = self._process  # another thread may be stopping it
        now = {} if process is None else {process.pid: look.cpu_s(process)}
        return sum((now | self._past_cpu_s).values())

    def memory_mb(self, look: Look) -> float:
        process = self._process  # as above
        return 0.0 if process is None else look.memory_mb(process)

    def url(self, database: str, role: str, password: str) -> str:
        # By keywords: a path in a URL would have to be escaped.
        return make_conninfo(
            host=str(self._folder), port=PORT, dbname=database, user=role, password=password
        )

    url_from_here = url

    def admin_url(self, database: str) -> str:
        url = self.url(database, SUPERUSER, self._password)
        return make_conninfo(url, connect_timeout=5)

    def connect(self, database: str = "postgres") -> Connection[TupleRow]:
        return psycopg.connect(self.admin_url(database), autocommit=True)

    def create(self) -> None:
        self._installation.own(self._folder)
        self._init()

    def create_from(self, kept: KeptData, key: str) -> bool:
        """Make it a copy of kept data; whether there were any. Its password has to be renewed."""
        self._installation.own(self._folder)
        password = kept.copy(key, self.data)
        self._password = password or self._password
        return password is not None

    def keep(self, kept: KeptData, key: str) -> bool:
        """Keep a copy of its data, of the stopped server; whether it was done."""
        return kept.keep(key, self.data, self._password)

    def renew_password(self) -> None:
        """Let no run know the password of another."""
        renewed = secrets.token_urlsafe(24)
        with self.connect() as connection:
            set_password(connection, SUPERUSER, renewed)
        self._password = renewed

    def create_like(self, other: "PostgresServer") -> None:
        self._installation.own(self._folder)
        _do("cp", "--archive", str(other.data), str(self.data))
        self._password = other._password  # noqa: SLF001 - of its own class

    def start(self, take_in: Callable[[Collection[int]], None] = lambda _: None) -> None:
        """Returns when the server takes connections; RunError, with its log, when it does not.

        ``take_in`` puts processes where limits hold. The first is put there before it has others,
        so that recovery is limited, too. (Its user may not join a control group by itself.)
        """
        options = {
            **self._settings,
            "listen_addresses": "",
            "unix_socket_directories": f'"{self._folder}"',
            "port": f"{PORT}",
        }
        postgres = self._installation.programs / "postgres"
        self._process = start(
            Program(
                name="PostgreSQL",
                command=server_command(postgres, self.data, options),
                log=self._log,
                cpus=self._cpus,
                user=self._installation.user,
                # Immediate shutdown: after a stop for good, the data are thrown away.
                stop=signal.SIGQUIT,
            ),
            self._belongings,
        )
        take_in([self.pid])
        self._await_connections(self._process)
        take_in(self.pids())

    def hasten(self) -> None:
        """Wait for no disk until the server is shut down, which has all on the disk at its end.

        One writing of all is several times as fast as one of each of thousands of files.
        """
        with self.connect() as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        self._is_hasty = True

    def _end_haste(self) -> None:
        if self._is_hasty:
            (self.data / "postgresql.auto.conf").write_text("", encoding="ascii")
            _write_out(self.data)
            self._is_hasty = False

    def stop(self) -> None:
        self._keep_cpu_s()
        if self._process is not None:
            stop_all([self._process])
            self._process = None
        shared_memory.remove_left_by(self.data)  # there is none but of one that was killed

    def shut_down(self) -> None:
        """In order: what was committed is written to its place, and the next start is a quick one.

        Raises RunError when the server does not end in time: a slow disk keeps its last
        checkpoint waiting, and killing it then would leave children that hold its memory.
        """
        if self._process is None:
            return
        self._keep_cpu_s()
        self._process.send(signal.SIGINT)  # fast shutdown: rolls back, disconnects, writes
        if not self._process.ended_within(END_WITHIN_S):
            raise RunError(f"PostgreSQL did not end within {END_WITHIN_S:g} s for a restart.")
        self._process = None
        self._end_haste()

    def _keep_cpu_s(self) -> None:
        if self._process is None:
            return
        self._past_cpu_s[self.pid] = ProcessLook().cpu_s(self._process)

    def restart(self) -> None:
        self.shut_down()
        self.start()

    def _init(self) -> None:
        installation = self._installation
        password_file = self._folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password, encoding="ascii")
        installation.own(password_file)
        made = subprocess.run(
            initdb_command(installation.programs / "initdb", self.data, password_file),
            check=False,
            capture_output=True,
            text=True,
            cwd=self._folder,
            env=self._belongings.mark,
            user=installation.user and installation.user.pw_uid,
            group=installation.user and installation.user.pw_gid,
            extra_groups=installation.user and [],
        )
        password_file.unlink()
        if made.returncode != 0:
            raise RunError(f"PostgreSQL's initdb failed in {self._folder}: {made.stderr.strip()}")

    def _await_connections(self, process: OwnedProcess) -> None:
        until = time.monotonic() + START_WITHIN_S
        while True:
            process.check()
            try:
                self.connect().close()
            except psycopg.OperationalError as error:
                if time.monotonic() > until:
                    raise RunError(
                        f"PostgreSQL takes no connection within {START_WITHIN_S:g} s: "
                        f"{str(error).strip()}; its log ends: {last_lines(self._log)}"
                    ) from error
                time.sleep(_POLL_S)
            else:
                return


def _write_out(folder: Path) -> None:
    """Returns when all of its file system is on the disk."""
    _do("sync", "--file-system", str(folder))


def _do(*command: str) -> None:
    """Run one of the system's programs; RunError when it is missing or fails."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except OSError as error:
        raise RunError(f"PostgreSQL's data need the program {command[0]}: {error}.") from error
    if done.returncode != 0:
        raise RunError(f"{command[0]} failed on PostgreSQL's data: {done.stderr.strip()}")
