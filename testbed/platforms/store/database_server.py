"""What platforms have to know of a PostgreSQL server, wherever it runs."""

from typing import Protocol, Self

from psycopg import Connection
from psycopg.rows import TupleRow

from testbed.platforms.running import Look, Running


class DatabaseServer(Protocol):
    """A server whose data outlive its stops."""

    @property
    def running(self) -> Running | None:
        """None while it is stopped."""

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped, or never started; one that died by itself was not."""

    @property
    def is_running(self) -> bool: ...

    def check(self) -> None:
        """Raise RunError, with the last lines of its log, when the server is gone."""

    def create(self) -> None:
        """Make the empty data directory; once, before the first ``start``."""

    def create_like(self, other: Self) -> None:
        """The same in less time, as a copy of another's that was never started."""

    def start(self) -> None:
        """Returns when it takes connections; RunError, with its log, when it does not."""

    def stop(self) -> None:
        """At once, as in a crash: nothing is written any more, and the next start recovers."""

    def shut_down(self) -> None:
        """In order; RunError when it does not end in time."""

    def restart(self) -> None:
        """The same data, and nothing of the past in memory; RunError as for ``shut_down``."""

    def cpu_s(self, look: Look) -> float:
        """CPU time of all its processes, over stops and starts."""

    def memory_mb(self, look: Look) -> float: ...

    def url(self, database: str, role: str, password: str) -> str:
        """Connection string for libpq, as instances use it."""

    def url_from_here(self, database: str, role: str, password: str) -> str:
        """The same for the test bed; another one once the server was started anew."""

    def admin_url(self, database: str) -> str:
        """The superuser's, from here; fails within seconds, whatever the server does."""

    def connect(self, database: str = "postgres") -> Connection[TupleRow]:
        """A superuser's connection that commits each statement."""
