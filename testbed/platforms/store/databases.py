"""A database per data-owning deployable, with a role that cannot open another's.

Sample data are loaded once per architecture and size into template databases; each deployment
gets copies of them.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from experiment.errors import RunError
from experiment.store import Architecture, DatabaseLayout, Sample
from store.postgres.databases import create_database, create_role, set_password, settle
from store.rules.books import Books, merge
from store.runtime.deployable import Deployable
from store.sample.dataset import Dataset
from store.sample.generate import generate
from testbed.platforms.platform import Deployment, RoleData
from testbed.platforms.store.database_server import DatabaseServer
from testbed.platforms.store.servers import owners

ServersByRole = Mapping[str, DatabaseServer]
"""The server that holds the data of each deployable that keeps any."""


@dataclass(frozen=True)
class OwnDatabase:
    """One deployable's database."""

    name: str
    owner: str
    password: str = field(repr=False)
    deployable: Deployable
    server: DatabaseServer

    @property
    def url(self) -> str:
        """As the instances of its owner open it."""
        return self.server.url(self.name, self.owner, self.password)

    @property
    def url_from_here(self) -> str:
        """The same for the test bed."""
        return self.server.url_from_here(self.name, self.owner, self.password)


@dataclass(frozen=True)
class DatabaseSet:
    """The databases of one deployment, by role."""

    by_role: Mapping[str, OwnDatabase]

    @property
    def urls(self) -> dict[str, str]:
        return {role: own.url for role, own in self.by_role.items()}

    @property
    def servers(self) -> set[DatabaseServer]:
        return {own.server for own in self.by_role.values()}

    def server_of(self, role: str) -> DatabaseServer:
        return self._holding(role).server

    def data_of(self, role: str) -> RoleData:
        """Where the data of ``role`` are; RunError when nobody keeps any for it."""
        own = self._holding(role)
        tables = own.deployable.tables.get(role, ())
        return RoleData(own.server.admin_url(own.name), own.url_from_here, tuple(tables))

    def _holding(self, role: str) -> OwnDatabase:
        """The role's own database, or that of the deployable in which it is a part."""
        for own in self.by_role.values():
            if role == own.deployable.role or role in own.deployable.tables:
                return own
        raise RunError(f"Nobody keeps data for {role!r}; there are {sorted(self.by_role)}.")

    def books(self) -> Books:
        return books_of(self.by_role.values())


class Owned(Protocol):
    """The data of one owner, as the test bed opens them."""

    @property
    def deployable(self) -> Deployable: ...

    @property
    def url_from_here(self) -> str: ...


def books_of(owned: Iterable[Owned]) -> Books:
    """The whole books."""
    return merge(map(_read_books, owned))


def _read_books(own: Owned) -> Books:
    if own.deployable.read_books is None:
        return Books()
    with psycopg.connect(own.url_from_here) as connection:
        return own.deployable.read_books(connection)


_Key = tuple[Architecture, DatabaseLayout, Sample]
"""Of what is loaded once."""


def _key(deployment: Deployment) -> _Key:
    return deployment.architecture, deployment.databases, deployment.sample


class Databases:
    """Makes and drops the databases of deployments."""

    def __init__(self) -> None:
        self._passwords: dict[tuple[DatabaseServer, str], str] = {}
        self._samples: dict[Sample, Dataset] = {}
        self._templates: dict[_Key, dict[str, str]] = {}
        self._numbers = count(1)

    def create(self, deployment: Deployment, servers: ServersByRole) -> DatabaseSet:
        """Fresh copies of the sample data for one deployment, on the servers of their owners."""
        templates = self._templates_for(deployment, servers)
        number = next(self._numbers)
        made = {}
        for deployable in owners(deployment):
            server = servers[deployable.role]
            name = f"d{number}_{_identifier(deployable.role)}"
            owner = _owner(deployment.architecture, deployable)
            with server.connect() as connection:
                create_database(connection, name, owner, templates[deployable.role])
            password = self._passwords[server, owner]
            made[deployable.role] = OwnDatabase(name, owner, password, deployable, server)
        return DatabaseSet(made)

    def prepare(self, deployment: Deployment, servers: ServersByRole) -> None:
        """Load what later copies are made of, where that was not done yet."""
        self._templates_for(deployment, servers)

    def adopt(self, deployment: Deployment, servers: ServersByRole) -> None:
        """Know what ``prepare`` of an earlier run, as its first one, has loaded there."""
        for each in owners(deployment):
            server, owner = servers[each.role], _owner(deployment.architecture, each)
            self._passwords[server, owner] = password = secrets.token_urlsafe(24)
            with server.connect() as connection:
                set_password(connection, owner, password)
        self._templates[_key(deployment)] = self._names(deployment)

    def _names(self, deployment: Deployment) -> dict[str, str]:
        """Of new templates, by role."""
        number = len(self._templates) + 1
        return {
            each.role: f"template{number}_{_identifier(each.role)}" for each in owners(deployment)
        }

    def drop(self, databases: DatabaseSet) -> None:
        """Drop them; those of a server that is gone go with its folder."""
        for own in databases.by_role.values():
            if own.server.is_running:
                with own.server.connect() as connection:
                    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                    connection.execute(drop.format(sql.Identifier(own.name)))

    def _templates_for(self, deployment: Deployment, servers: ServersByRole) -> dict[str, str]:
        key = _key(deployment)
        if key not in self._templates:
            dataset, names = self._dataset(deployment.sample), self._names(deployment)
            for each in owners(deployment):
                owner = _owner(deployment.architecture, each)
                self._load_template(servers[each.role], names[each.role], owner, each, dataset)
            self._templates[key] = names
        return self._templates[key]

    def _dataset(self, sample: Sample) -> Dataset:
        if sample not in self._samples:
            self._samples[sample] = generate(
                products=sample.products, customers=sample.customers, ratings=sample.ratings
            )
        return self._samples[sample]

    def _load_template(
        self,
        server: DatabaseServer,
        name: str,
        owner: str,
        deployable: Deployable,
        dataset: Dataset,
    ) -> None:
        with server.connect() as connection:
            self._ensure_role(server, connection, owner)
            create_database(connection, name, owner)
        url = server.url_from_here(name, owner, self._passwords[server, owner])
        with psycopg.connect(url) as connection:
            assert deployable.create_data is not None  # noqa: S101 - owners() saw to it
            deployable.create_data(connection, dataset)
        with server.connect(name) as connection:
            settle(connection)

    def _ensure_role(
        self, server: DatabaseServer, connection: Connection[TupleRow], role: str
    ) -> None:
        if (server, role) not in self._passwords:
            self._passwords[server, role] = password = secrets.token_urlsafe(24)
            create_role(connection, role, password)


def _owner(architecture: Architecture, deployable: Deployable) -> str:
    return f"{architecture}_{_identifier(deployable.role)}"


def _identifier(role: str) -> str:
    return role.replace("-", "_")
