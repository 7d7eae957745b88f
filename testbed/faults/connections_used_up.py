"""Connections used up: whatever a server has free is taken, and stays so until the fault is lifted.

They are taken by a role that may do nothing else. A connection costs the server about 1 MiB, and
three hundred take a second or two.
"""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

from psycopg import Connection, OperationalError, connect, sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from testbed.faults.database_stopped import is_refused
from testbed.faults.fault import Bite
from testbed.platforms.platform import RunningStore

TAKER = "connection_taker"
_AT_ONCE = 4
_AGAIN_S = 0.1


class ConnectionsUsedUp:
    def __init__(self, store: RunningStore, role: str) -> None:
        self._data = store.data_of(role)
        self._taken: list[Connection[TupleRow]] = []
        self._lifted = threading.Event()
        self._keeper: threading.Thread | None = None

    def inject(self) -> None:
        url = _as_taker(self._data.admin_url)
        with ThreadPoolExecutor(_AT_ONCE) as takers:
            list(takers.map(self._take_all, [url] * _AT_ONCE))
        self._keeper = threading.Thread(target=self._keep, args=(url,), daemon=True)
        self._keeper.start()

    def lift(self) -> None:
        self._lifted.set()
        if self._keeper is not None:
            self._keeper.join()
        for connection in self._taken:
            connection.close()
        self._taken.clear()

    def bite(self) -> Bite:
        """A server that has only stopped refuses connections as well; then none were taken."""
        refused = is_refused(self._data.owner_url)
        says = f"{len(self._taken)} connections were taken, and the server " + (
            "refused another" if refused else "had another"
        )
        return Bite(refused and bool(self._taken), says)

    def _keep(self, url: str) -> None:
        """Take what the store gives back as well."""
        while not self._lifted.wait(_AGAIN_S):
            self._take_all(url)

    def _take_all(self, url: str) -> None:
        while True:
            try:
                self._taken.append(connect(url))
            except OperationalError:
                return


def _as_taker(admin_url: str) -> str:
    """URL of the role, made anew; its password is checked at a 4096th of the usual cost.

    Three hundred checks would take a second of the machine that the trial is on.
    """
    password = secrets.token_urlsafe(24)
    role = sql.Identifier(TAKER)
    with connect(admin_url) as connection:
        connection.execute("SET LOCAL scram_iterations = 1")
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, password))
    return make_conninfo(admin_url, dbname="postgres", user=TAKER, password=password)
