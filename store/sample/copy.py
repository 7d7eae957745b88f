"""Loads rows into PostgreSQL the fast way."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection, sql


def copy_rows(
    connection: Connection[Any],
    table: str,
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """Append ``rows`` to ``table``, which may be ``schema.table``, in the current transaction.

    Values are in the order of ``columns`` and of plain Python types.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
