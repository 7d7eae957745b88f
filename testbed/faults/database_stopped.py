"""Database stopped: the server with the data of a role ends at once, and recovers when lifted."""

from psycopg import OperationalError, connect

from testbed.faults.fault import Bite
from testbed.platforms.platform import RunningStore


class DatabaseStopped:
    def __init__(self, store: RunningStore, role: str) -> None:
        self._store = store
        self._role = role

    def inject(self) -> None:
        self._store.stop_database(self._role)

    def lift(self) -> None:
        self._store.start_database(self._role)

    def bite(self) -> Bite:
        refused = is_refused(self._store.data_of(self._role).admin_url)
        return Bite(refused, f"its server {'refused' if refused else 'took'} a connection")


def is_refused(url: str) -> bool:
    """Whether the server at ``url`` takes no connection now."""
    try:
        connect(url).close()
    except OperationalError:
        return True
    return False
