"""Sample data for one owner, once: ``python -m store.postgres.create_data``.

The database appears when all of it is there; one that is there already is left alone.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo

from store.postgres.databases import create_database, create_role, settle
from store.sample.dataset import Dataset
from store.sample.generate import generate

SIZES = ("products", "customers", "ratings")

CreateData = Callable[[Connection[Any], Dataset], None]


@dataclass(frozen=True)
class Order:
    """What is to be created, and where."""

    create_data: CreateData
    admin_url: str
    """The server, as its superuser opens it."""
    owner: str
    """Name of the database and of the role that owns it."""
    password: str
    """The role's."""
    sizes: Mapping[str, int]
    """Arguments of ``generate``; its own defaults for what is left out."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Order":
        """KeyError names what is missing."""
        module, _, function = environment["TWINSTACK_CREATE"].partition(":")
        admin_url = make_conninfo(
            environment["TWINSTACK_ADMIN_URL"], **_admin_password(environment)
        )
        return cls(
            create_data=getattr(import_module(module), function),
            admin_url=admin_url,
            owner=environment["TWINSTACK_OWNER"],
            password=_secret(environment, "TWINSTACK_OWNER_PASSWORD"),
            sizes={
                size: int(environment[variable])
                for size in SIZES
                if (variable := f"TWINSTACK_{size.upper()}") in environment
            },
        )


def _admin_password(environment: Mapping[str, str]) -> dict[str, str]:
    """Empty where the URL holds it."""
    file = environment.get("TWINSTACK_ADMIN_PASSWORD_FILE")
    return {} if file is None else {"password": Path(file).read_text("utf-8").strip()}


def _secret(environment: Mapping[str, str], name: str) -> str:
    file = environment.get(f"{name}_FILE")
    return environment[name] if file is None else Path(file).read_text("utf-8").strip()


def create(order: Order) -> bool:
    """Whether there was anything to do."""
    loading = f"{order.owner}_loading"
    with psycopg.connect(order.admin_url, autocommit=True) as admin:
        if _is_there(admin, "pg_database", "datname", order.owner):
            return False
        if not _is_there(admin, "pg_roles", "rolname", order.owner):
            create_role(admin, order.owner, order.password)
        # What a creation that was cut off has left.
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(loading)))
        create_database(admin, loading, order.owner)
        _load(order, loading)
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        admin.execute(rename.format(*map(sql.Identifier, (loading, order.owner))))
    return True


def _load(order: Order, database: str) -> None:
    as_owner = {"dbname": database, "user": order.owner, "password": order.password}
    with psycopg.connect(make_conninfo(order.admin_url, **as_owner)) as owner:
        order.create_data(owner, generate(**order.sizes))
    with psycopg.connect(order.admin_url, dbname=database, autocommit=True) as admin:
        settle(admin)


def _is_there(admin: Connection[Any], catalogue: str, column: str, name: str) -> bool:
    ask = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(
        sql.Identifier(catalogue), sql.Identifier(column)
    )
    return admin.execute(ask, [name]).fetchone() is not None


def main() -> None:
    try:
        order = Order.from_environment(os.environ)
    except KeyError as missing:
        sys.exit(f"missing in the environment: {missing.args[0]}")
    did = "created" if create(order) else "there already"
    sys.stdout.write(f"Data of {order.owner}: {did}.\n")


if __name__ == "__main__":
    main()
