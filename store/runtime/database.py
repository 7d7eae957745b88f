"""Connection pool of one process, configured alike on both sides."""

from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

Row = DictRow
Database = ConnectionPool[Connection[DictRow]]

WAIT_FOR_CONNECTION_S = 5.0


def open_pool(url: str, size: int) -> Database:
    """A pool of at most ``size`` connections whose rows are dictionaries.

    It starts with one connection and opens more on demand, so that ten small pools do not cost
    more at rest than one. Use ``with database.connection() as connection:``; the block is a
    transaction. Raises psycopg_pool.PoolTimeout when no connection is free in time.
    """
    pool = ConnectionPool(
        url,
        connection_class=Connection[DictRow],
        kwargs={"row_factory": dict_row},
        min_size=1,
        max_size=size,
        timeout=WAIT_FOR_CONNECTION_S,
        open=True,
    )
    pool.wait(timeout=30)
    return pool
