"""The database of one process: pooled connections and two ways to use one, alike on both sides."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

Row = DictRow

WAIT_FOR_CONNECTION_S = 5.0


class Database:
    """At most ``size`` connections whose rows are dictionaries.

    It starts with one connection and opens more on demand, so that ten small pools do not cost
    more at rest than one. Both ways raise psycopg_pool.PoolTimeout, an OperationalError, when no
    connection is free in time.
    """

    def __init__(self, url: str, size: int) -> None:
        self._pool = ConnectionPool(
            url,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row, "autocommit": True},
            min_size=1,
            max_size=size,
            timeout=WAIT_FOR_CONNECTION_S,
            open=True,
        )
        self._pool.wait(timeout=30)

    def autocommit(
        self, wait_s: float | None = None
    ) -> AbstractContextManager[Connection[DictRow]]:
        """Each statement is a transaction of its own, in one round trip.

        For a single statement, and for reads that need not agree with each other.
        """
        return self._pool.connection(timeout=wait_s)

    @contextmanager
    def transaction(self) -> Iterator[Connection[DictRow]]:
        """The block is one transaction: BEGIN and COMMIT are two further round trips."""
        with self._pool.connection() as connection, connection.transaction():
            yield connection

    def close(self) -> None:
        self._pool.close()
