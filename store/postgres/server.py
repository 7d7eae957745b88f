"""How a PostgreSQL server is made and set, wherever it runs."""

from collections.abc import Mapping
from pathlib import Path

SUPERUSER = "postgres"
CONNECTIONS = 300
OWN_CONNECTIONS = 100
BUFFERS_MB = 128
"""Of one server for all, or of all servers together."""


def settings(connections: int, buffers_mb: int) -> dict[str, str]:
    """All else is PostgreSQL's default: durable commits (fsync, synchronous_commit), autovacuum."""
    return {
        "max_connections": f"{connections}",
        "shared_buffers": f"{buffers_mb}MB",
        # After a crash each file would be synced by itself. There are thousands, most of them of
        # templates, and more with ten databases than with one: seconds that say nothing.
        "recovery_init_sync_method": "syncfs",
    }


def initdb_command(initdb: Path, data: Path, password_file: Path) -> list[str]:
    """Makes an empty data directory, whose superuser has the password in the file."""
    return [
        str(initdb), "--pgdata", str(data), "--username", SUPERUSER,
        "--auth=scram-sha-256", "--pwfile", str(password_file), "--encoding=UTF8",
        "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        "--no-sync", "--no-instructions",
    ]  # fmt: skip


def server_command(postgres: Path, data: Path, options: Mapping[str, str]) -> list[str]:
    """Serves ``data``; ``options`` are PostgreSQL's own."""
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [str(postgres), "-D", str(data), *flags]
