"""A database for one owner of data, which nobody else may open."""

from typing import Any

from psycopg import Connection, sql


def create_role(connection: Connection[Any], role: str, password: str) -> None:
    create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
    connection.execute(create.format(sql.Identifier(role), password))


def set_password(connection: Connection[Any], role: str, password: str) -> None:
    alter = sql.SQL("ALTER ROLE {} PASSWORD {}")
    connection.execute(alter.format(sql.Identifier(role), password))


def create_database(
    connection: Connection[Any], name: str, owner: str, template: str = "template0"
) -> None:
    """Copied through the write-ahead log, the default: half as long as by files when measured."""
    create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
    revoke = sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC")
    connection.execute(create.format(*map(sql.Identifier, (name, owner, template))))
    connection.execute(revoke.format(sql.Identifier(name)))


def settle(connection: Connection[Any]) -> None:
    """Give loaded data statistics and hint bits, so that no autovacuum has that work ahead."""
    connection.execute("VACUUM (FREEZE, ANALYZE)")
