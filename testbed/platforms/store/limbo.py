"""Asks the owners of a deployment's data, time and again, what is in limbo."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from store.rules.limbo import Limbo, merge
from testbed.platforms.store.databases import Owned

CONNECT_WITHIN_S = 2
PATIENCE = "-c statement_timeout=500"
"""Milliseconds that a statement may wait, for a lock say: watching must not wait out a fault."""


class _Owner:
    """One owner, over a connection that is kept, and made anew after it broke."""

    def __init__(self, own: Owned, stack: ExitStack) -> None:
        self._own = own
        self._connection: Connection[TupleRow] | None = None
        stack.callback(self._close)

    def read(self) -> Limbo:
        """Raises psycopg.Error when the database does not answer."""
        assert self._own.deployable.read_limbo is not None  # noqa: S101 - watching() saw to it
        if self._connection is None:
            self._connection = psycopg.connect(
                self._own.url_from_here,
                autocommit=True,
                connect_timeout=CONNECT_WITHIN_S,
                options=PATIENCE,
            )
        try:
            return self._own.deployable.read_limbo(self._connection)
        except psycopg.Error:
            self._close()
            raise

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextmanager
def watching(owned: Iterable[Owned]) -> Iterator[Callable[[], Limbo | None]]:
    """Yields a reader of what is in limbo; it reads None while an owner does not answer."""
    owners = [own for own in owned if own.deployable.read_limbo is not None]
    # Confirmed orders first: what is confirmed between two statements then counts as in limbo for
    # a moment, instead of as money that nobody took.
    owners.sort(key=lambda own: own.deployable.role != "orders")
    with ExitStack() as stack:
        kept = [_Owner(own, stack) for own in owners]

        def read() -> Limbo | None:
            try:
                return merge(owner.read() for owner in kept)
            except psycopg.Error:
                return None

        yield read
