"""PostgreSQL in a container: ``python -m store.postgres.serving`` becomes the server.

The data directory is ``PGDATA``, made when it is empty. The superuser's password comes from
``POSTGRES_PASSWORD_FILE`` or ``POSTGRES_PASSWORD``. ``TWINSTACK_CONNECTIONS`` and
``TWINSTACK_BUFFERS_MB`` set the size; without them it is that of a server for all data. Arguments
are PostgreSQL's own and come last: they win.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from store.postgres.server import (
    BUFFERS_MB,
    CONNECTIONS,
    initdb_command,
    server_command,
    settings,
)

REACHED_BY = {"listen_addresses": "*", "port": "5432", "unix_socket_directories": "/tmp"}  # noqa: S108 - a container's own
EVERYBODY_BY_PASSWORD = "host all all all scram-sha-256\n"  # noqa: S105 - no password but a rule


def options(environment: Mapping[str, str]) -> dict[str, str]:
    connections = int(environment.get("TWINSTACK_CONNECTIONS", CONNECTIONS))
    buffers_mb = int(environment.get("TWINSTACK_BUFFERS_MB", BUFFERS_MB))
    return {**settings(connections, buffers_mb), **REACHED_BY}


def main() -> None:
    programs, data = Path(os.environ["POSTGRES_PROGRAMS"]), Path(os.environ["PGDATA"])
    if not (data / "PG_VERSION").exists():
        _make(programs / "initdb", data)
    command = server_command(programs / "postgres", data, options(os.environ))
    os.execv(command[0], [*command, *sys.argv[1:]])  # noqa: S606 - our own command line, no shell


def _make(initdb: Path, data: Path) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as password_file:
        password_file.write(_password(os.environ))
        password_file.flush()
        subprocess.run(initdb_command(initdb, data, Path(password_file.name)), check=True)
    with (data / "pg_hba.conf").open("a", encoding="utf-8") as rules:
        rules.write(EVERYBODY_BY_PASSWORD)


def _password(environment: Mapping[str, str]) -> str:
    file = environment.get("POSTGRES_PASSWORD_FILE")
    password = Path(file).read_text("utf-8") if file else environment.get("POSTGRES_PASSWORD", "")
    if not password.strip():
        sys.exit("missing in the environment: POSTGRES_PASSWORD_FILE or POSTGRES_PASSWORD")
    return password.strip()


if __name__ == "__main__":
    main()
