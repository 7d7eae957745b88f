"""A second start of a platform, which copies what the first one has made."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from experiment.store import Architecture, Sample
from testbed.deploying import plain_deployment
from testbed.platforms.local.opening import open_for
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.store.databases import OwnDatabase

COUNTS = """
SELECT relname, relpages, reltuples, relallvisible, relfrozenxid, pg_relation_size(c.oid)
FROM pg_class c WHERE relkind IN ('r', 'i')
ORDER BY relname
"""


@contextmanager
def _opened(architecture: Architecture) -> Iterator[tuple[LocalPlatform, list[str], OwnDatabase]]:
    """A platform whose server is ready for a store, without the store."""
    deployment = plain_deployment(architecture, Sample(products=60, customers=20, ratings=200))
    told: list[str] = []
    with LocalPlatform() as platform:
        server, databases = platform._servers, platform._databases
        open_for(deployment, server, databases, platform._kept, told.append)
        with server.in_use(deployment) as by_role:
            platform._hasten(by_role)
            first = databases.create(deployment, by_role)
            server.begin_fresh(by_role)
            platform._drop(first, by_role)
            made = databases.create(deployment, by_role)
            server.begin_fresh(by_role)
            yield platform, told, next(iter(made.by_role.values()))


def _rows(connection: Connection[Any], query: str) -> list[Any]:
    return connection.execute(query).fetchall()


def test_a_copied_server_is_like_one_that_was_just_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINSTACK_STATE", str(tmp_path))
    seen = []
    for _ in range(2):
        with _opened("monolith") as (platform, told, own):
            server = platform._servers.shared
            with server.connect(own.name) as connection:
                state = _rows(connection, "SHOW fsync"), _rows(connection, COUNTS)
            seen.append((told, state, server._password, own.password))
            assert (server.data / "postgresql.auto.conf").read_text() == ""
    (made, first, *secrets), (copied, second, *other_secrets) = seen
    assert made == ["Making a PostgreSQL server and the sample data; later starts copy them."]
    assert copied == [
        "Starting PostgreSQL with a copy of the sample data that an earlier start has kept."
    ]
    assert first == second
    assert first[0] == [("on",)]
    assert not set(secrets) & set(other_secrets)
