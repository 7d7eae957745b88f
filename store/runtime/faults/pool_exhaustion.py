"""Pool exhaustion: code that does not give database connections back."""

from typing import ClassVar, Literal

from psycopg import OperationalError

from store.runtime.faults.armed import FaultOnEntry
from store.runtime.faults.in_force import InForce

PATIENCE_S = 0.1


class PoolExhaustion(FaultOnEntry):
    """From the first call on, holds ``connections`` of the process's pool, or all there are.

    It waits for each like any other code, so calls in progress keep theirs until they are done.
    The pool belongs to the process: in the monolith all modules share it.
    """

    kind: Literal["pool-exhaustion"] = "pool-exhaustion"
    connections: int
    holds: ClassVar[bool] = True

    def tend(self, in_force: InForce) -> None:
        database = in_force.database
        if database is None:
            raise ValueError(f"{self.role} has no database pool to exhaust")
        try:
            while in_force.kept < self.connections and not in_force.lifted.is_set():
                in_force.keep(lambda: database.autocommit(PATIENCE_S), self.connections)
        except OperationalError:
            return  # all are in use, or the server is gone; the next turn tries again
