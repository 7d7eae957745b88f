"""The database of one process: pooled connections and two ways to use one, alike on both sides."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from psycopg import Connection, OperationalError
from psycopg.rows import DictRow, dict_row

from store.runtime.policies import Policies
from store.runtime.pool import Pool
from store.runtime.resilience import deadline

Row = DictRow

WAIT_FOR_CONNECTION_S = 5.0


@dataclass(frozen=True)
class Waits:
    """How long a process waits for its database."""

    connection_s: float = WAIT_FOR_CONNECTION_S
    statement_s: float | None = None
    """The server cancels a statement that takes longer, locks included; None: it never does."""

    @classmethod
    def of(cls, policies: Policies) -> "Waits":
        """With propagated deadlines, no statement takes longer than a whole request may.

        What a request has left is no limit for its statements: each would cost a round trip more,
        to set it. It is one for the wait for a connection, where overload makes requests wait.
        """
        statement_s = policies.request_s if policies.deadline == "propagated" else None
        return cls(policies.limit_s(WAIT_FOR_CONNECTION_S), statement_s)

    @property
    def options(self) -> dict[str, str]:
        """For libpq."""
        if self.statement_s is None:
            return {}
        return {"options": f"-c statement_timeout={round(1000 * self.statement_s)}"}


class OutcomeUnknownError(Exception):
    """The connection broke while a transaction committed: it may have, or not.

    It is no OperationalError, so that nobody is told that nothing happened.
    """


class Database:
    """At most ``size`` connections whose rows are dictionaries.

    It starts with one connection and opens more on demand, so that ten small pools do not cost
    more at rest than one. All ways raise an OperationalError when the server is gone or no
    connection is free in time (psycopg_pool.PoolTimeout), and the Problem DeadlineExceeded when
    the request's time is up.
    """

    def __init__(self, url: str, size: int, waits: Waits | None = None) -> None:
        waits = waits or Waits()
        self._wait_s = waits.connection_s
        self._pool = Pool(
            url,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row, "autocommit": True, **waits.options},
            min_size=1,
            max_size=size,
            timeout=self._wait_s,
            reconnect_timeout=0,
            open=True,
        )
        self._pool.await_server()

    def autocommit(
        self, wait_s: float | None = None
    ) -> AbstractContextManager[Connection[DictRow]]:
        """Each statement is a transaction of its own, in one round trip.

        For a single statement, and for reads that need not agree with each other.
        """
        return self._pool.connection(timeout=self._patience_s(wait_s))

    @contextmanager
    def transaction(self) -> Iterator[Connection[DictRow]]:
        """The block is one transaction: BEGIN and COMMIT are two further round trips.

        Raises OutcomeUnknownError when the connection breaks in the COMMIT.
        """
        is_done = False
        with self._pool.connection(timeout=self._patience_s(None)) as connection:
            try:
                with connection.transaction():
                    yield connection
                    is_done = True
            except OperationalError as error:
                if is_done:
                    raise OutcomeUnknownError("the connection broke in the COMMIT") from error
                raise

    @contextmanager
    def unhurried(self) -> Iterator[Connection[DictRow]]:
        """As ``transaction``, its statements without a limit: for reading much before serving."""
        with self.transaction() as connection:
            connection.execute("SET LOCAL statement_timeout = 0")
            yield connection

    def _patience_s(self, wait_s: float | None) -> float:
        deadline.check()
        left_s = deadline.left_s()
        usual_s = self._wait_s if wait_s is None else wait_s
        return usual_s if left_s is None else min(usual_s, left_s)

    def close(self) -> None:
        self._pool.close()
