"""A database per data-owning deployable, with a role that cannot open another's.

Sample data are loaded once per architecture and size into template databases; each deployment
gets copies of them.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from experiment.store import Architecture, Sample
from store.rules.books import Books, merge
from store.runtime.deployable import Deployable
from store.sample.dataset import Dataset
from store.sample.generate import generate
from testbed.platforms.local.postgres import PostgresServer
from testbed.platforms.platform import Deployment


@dataclass(frozen=True)
class OwnDatabase:
    """One deployable's database."""

    name: str
    url: str
    deployable: Deployable


@dataclass(frozen=True)
class DatabaseSet:
    """The databases of one deployment, by role."""

    by_role: Mapping[str, OwnDatabase]

    @property
    def urls(self) -> dict[str, str]:
        return {role: own.url for role, own in self.by_role.items()}

    def books(self) -> Books:
        return merge(_read_books(own) for own in self.by_role.values())


def _read_books(own: OwnDatabase) -> Books:
    if own.deployable.read_books is None:
        return Books()
    with psycopg.connect(own.url) as connection:
        return own.deployable.read_books(connection)


class Databases:
    """Makes and drops the databases of deployments on one server."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._passwords: dict[str, str] = {}
        self._samples: dict[Sample, Dataset] = {}
        self._templates: dict[tuple[Architecture, Sample], dict[str, str]] = {}
        self._numbers = count(1)

    def create(self, deployment: Deployment) -> DatabaseSet:
        """Fresh copies of the sample data for one deployment."""
        templates = self._templates_for(deployment)
        number = next(self._numbers)
        made = {}
        with self._server.connect() as connection:
            for deployable in _owners(deployment):
                name = f"d{number}_{_identifier(deployable.role)}"
                owner = _owner(deployment.architecture, deployable)
                _create_database(connection, name, owner, templates[deployable.role])
                made[deployable.role] = OwnDatabase(name, self._url(name, owner), deployable)
        return DatabaseSet(made)

    def drop(self, databases: DatabaseSet) -> None:
        """Drop them; those of a server that is gone go with its folder."""
        if not self._server.is_running:
            return
        with self._server.connect() as connection:
            for own in databases.by_role.values():
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(own.name)))

    def _templates_for(self, deployment: Deployment) -> dict[str, str]:
        key = (deployment.architecture, deployment.sample)
        if key not in self._templates:
            dataset = self._dataset(deployment.sample)
            number = len(self._templates) + 1
            self._templates[key] = {
                deployable.role: self._load_template(number, deployment, deployable, dataset)
                for deployable in _owners(deployment)
            }
        return self._templates[key]

    def _dataset(self, sample: Sample) -> Dataset:
        if sample not in self._samples:
            self._samples[sample] = generate(
                products=sample.products, customers=sample.customers, ratings=sample.ratings
            )
        return self._samples[sample]

    def _load_template(
        self, number: int, deployment: Deployment, deployable: Deployable, dataset: Dataset
    ) -> str:
        name = f"template{number}_{_identifier(deployable.role)}"
        owner = _owner(deployment.architecture, deployable)
        with self._server.connect() as connection:
            self._ensure_role(connection, owner)
            _create_database(connection, name, owner, "template0")
        with psycopg.connect(self._url(name, owner)) as connection:
            assert deployable.create_data is not None  # noqa: S101 - _owners() saw to it
            deployable.create_data(connection, dataset)
        with self._server.connect(name) as connection:
            # Copies start with statistics and hint bits, not with autovacuum's work ahead.
            connection.execute("VACUUM (FREEZE, ANALYZE)")
        return name

    def _ensure_role(self, connection: Connection[TupleRow], role: str) -> None:
        if role not in self._passwords:
            self._passwords[role] = secrets.token_urlsafe(24)
            create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            connection.execute(create.format(sql.Identifier(role), self._passwords[role]))

    def _url(self, database: str, owner: str) -> str:
        return self._server.url(database, owner, self._passwords[owner])


def _create_database(
    connection: Connection[TupleRow], name: str, owner: str, template: str
) -> None:
    """Copied through the write-ahead log, the default: half as long as by files when measured."""
    create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
    revoke = sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC")
    connection.execute(create.format(*map(sql.Identifier, (name, owner, template))))
    connection.execute(revoke.format(sql.Identifier(name)))


def _owners(deployment: Deployment) -> list[Deployable]:
    return [each for each in deployment.deployables if each.create_data is not None]


def _owner(architecture: Architecture, deployable: Deployable) -> str:
    return f"{architecture}_{_identifier(deployable.role)}"


def _identifier(role: str) -> str:
    return role.replace("-", "_")
