"""A real PostgreSQL server, and real running stores, for every test that asks for them."""

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from experiment.store import Architecture, Sample
from testbed.deploying import plain_deployment
from testbed.environment import drop_settings_of_other_programs
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.local.postgres import PostgresServer
from testbed.platforms.platform import RunningStore
from testbed.platforms.store.store import Store

ARCHITECTURES: tuple[Architecture, ...] = ("monolith", "microservices")
USERS_OF_A_STORE = (
    "tests/contract/",
    "tests/e2e/test_shop",
    "tests/integration/faults/",
    "tests/integration/network/",
    "tests/integration/test_footprint",
    "tests/integration/scaling/",
)
SMALL_SAMPLE = Sample(products=200, customers=100, ratings=3_000)


def pytest_configure() -> None:
    """Let children feel Ctrl-C: in the background of a shell, tests inherit it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    drop_settings_of_other_programs()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: packed ones hold the time, and names must be the same always.

    The parallel processes collect the tests at different seconds and compare their names.
    """
    return argname if isinstance(val, bytes) else None


class ByStore(LoadScopeScheduling):
    """Gives tests that share a running store, or else a file, to one of the parallel processes."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        store = re.search(r"\[(monolith|microservices)\b", test)
        return store[1] if store and file.startswith(USERS_OF_A_STORE) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByStore:
    return ByStore(config, log)


def _leave_writing_to_the_system(server: PostgresServer) -> None:
    """Do not wait for the disk: these data need not survive a loss of power.

    Nobody measures them, and the disk is most of what a store costs that is started and dropped.
    """
    with (server.data / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write("fsync = off\n")
    with server.connect() as connection:
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Connection string of the superuser on a server that no store of the tests uses."""
    with _platform() as platform:
        yield platform._servers.shared.admin_url("postgres")


@pytest.fixture(scope="session")
def fresh_database(postgres_url: str) -> Callable[[str], str]:
    """Makes an empty database of that name, in place of one that is there, and returns its URL."""

    def make(name: str) -> str:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            database = sql.Identifier(name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
        return psycopg.conninfo.make_conninfo(postgres_url, dbname=name)

    return make


@contextmanager
def _platform() -> Iterator[LocalPlatform]:
    with LocalPlatform() as platform:
        platform._servers.open()
        _leave_writing_to_the_system(platform._servers.shared)
        yield platform


@pytest.fixture(scope="session")
def local_platform() -> Iterator[LocalPlatform]:
    with _platform() as platform:
        yield platform


@pytest.fixture
def fresh_platform() -> Iterator[LocalPlatform]:
    """For one test alone: nothing is up, and its server may be hurt."""
    with _platform() as platform:
        yield platform


@pytest.fixture(scope="session")
def running_store(
    local_platform: LocalPlatform, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Architecture], RunningStore]:
    """The one store of an architecture that all tests of the session share: small, no limits."""
    running: dict[Architecture, Store] = {}

    def store(architecture: Architecture) -> RunningStore:
        if architecture not in running:
            wanted = plain_deployment(architecture, SMALL_SAMPLE)
            folder = tmp_path_factory.mktemp(architecture)
            running[architecture] = local_platform.up(wanted, folder)
        return running[architecture]

    return store


@pytest.fixture(scope="session", params=ARCHITECTURES)
def store_url(
    request: pytest.FixtureRequest, running_store: Callable[[Architecture], RunningStore]
) -> str:
    """Base URL of a running store; a test that asks for it runs against both architectures."""
    return running_store(request.param).url


@pytest.fixture
def fresh_stores(
    local_platform: LocalPlatform, tmp_path: Path
) -> Iterator[tuple[RunningStore, RunningStore]]:
    """Monolith and microservices with untouched data, for one test alone."""
    stores = []
    try:
        for architecture in ARCHITECTURES:
            wanted = plain_deployment(architecture, SMALL_SAMPLE)
            stores.append(local_platform.up(wanted, tmp_path / architecture))
        yield stores[0], stores[1]
    finally:
        for store in stores:
            store.down()
