"""Lock held: a transaction locks the tables of a role and does not end before the fault does.

The lock goes with its connection, so that no kill of the tool leaves it behind.
"""

from typing import LiteralString

from psycopg import Connection, OperationalError, connect, sql
from psycopg.rows import TupleRow

from testbed.faults.fault import Bite
from testbed.platforms.platform import RoleData, RunningStore

GRANTED_WITHIN_S = 10
_TABLES: LiteralString = """
    SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND relkind = 'r' ORDER BY pg_class.oid"""
_WAITING: LiteralString = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND %s = ANY (pg_blocking_pids(pid))"""


class LockHeld:
    def __init__(self, store: RunningStore, role: str) -> None:
        self._data: RoleData = store.data_of(role)
        self._holder: Connection[TupleRow] | None = None

    def inject(self) -> None:
        """Waits for the transactions that use the tables now; LockNotAvailable if they do not end.

        Tables are locked in the order in which the store reaches them, or both could wait for
        each other.
        """
        self._holder = connect(self._data.admin_url)
        self._holder.execute(f"SET LOCAL lock_timeout = '{GRANTED_WITHIN_S}s'")
        for table in self._data.tables or _all_tables(self._holder):
            lock = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE")
            self._holder.execute(lock.format(sql.Identifier(table)))

    def lift(self) -> None:
        if self._holder is not None:
            self._holder.close()

    def bite(self) -> Bite:
        if self._holder is None:
            return Bite(felt=False, says="no lock was taken")
        try:
            with connect(self._data.admin_url) as probe:
                holder = self._holder.info.backend_pid
                (waiting,) = probe.execute(_WAITING, (holder,)).fetchone() or (0,)
        except OperationalError:
            return Bite(felt=False, says="the server with the lock was gone")
        return Bite(waiting > 0, f"{waiting} statements of the store waited for the lock")


def _all_tables(connection: Connection[TupleRow]) -> list[str]:
    """In the order in which they were created."""
    return [name for (name,) in connection.execute(_TABLES)]
