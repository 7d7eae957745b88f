"""Charges that no order stands for: written before the provider is asked, given back if left.

The provider is outside of the checkout's transaction. What is about to be asked of it is therefore
committed first, through a connection of its own, and taken away by the transaction that books the
payment. What is still here when no checkout is at it any more came from one that never committed.
"""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from monolith.orders.claims import hold
from store.runtime.database import Database
from store.runtime.resilience import deadline

LEFT_AFTER_S = 2.0
"""Younger ones are hardly worth asking whether their checkout still runs."""
BATCH = 20

_BEGIN = """
    INSERT INTO charges (order_id, attempt, amount_cents, card)
    SELECT %(order_id)s, count(*) + 1, %(amount_cents)s, %(card)s
    FROM charges WHERE order_id = %(order_id)s
    RETURNING order_id, attempt, amount_cents, card"""
_FORGET = "DELETE FROM charges WHERE order_id = %s AND attempt = %s"
_BOOK = """
    WITH charge AS (
        DELETE FROM charges WHERE order_id = %s AND attempt = %s AND NOT is_over
        RETURNING order_id, amount_cents
    )
    INSERT INTO payments (order_id, charge_id, captured_cents)
    SELECT order_id, %s, amount_cents FROM charge"""
_OVER = "UPDATE charges SET is_over = true, charge_id = %s WHERE order_id = %s AND attempt = %s"
_OPEN = "SELECT order_id, attempt, amount_cents, card FROM charges WHERE NOT is_over"
_LEFT = f"""{_OPEN} AND begun_at < now() - make_interval(secs => %s)
    ORDER BY begun_at LIMIT %s"""
_EARLIER = f"{_OPEN} AND order_id = %s AND attempt < %s ORDER BY attempt"
_STILL_OPEN = f"{_OPEN} AND order_id = %s AND attempt = %s"


@dataclass(frozen=True)
class Charge:
    """What the provider was asked for, or is about to be."""

    order_id: UUID
    attempt: int
    amount_cents: int
    card: str

    @property
    def key(self) -> str:
        """Names it to the provider. The first attempt is the order itself."""
        return str(self.order_id) if self.attempt == 1 else f"{self.order_id}:{self.attempt}"


@dataclass(frozen=True)
class Charges:
    """Every call but ``book`` commits by itself, whatever becomes of the caller's transaction."""

    journal: Database

    def begin(self, order_id: UUID, amount_cents: int, card: str) -> Charge:
        with self.journal.autocommit() as connection:
            return begin(connection, order_id, amount_cents, card)

    def forget(self, charge: Charge) -> None:
        """The provider certainly took nothing."""
        with deadline.lifted(), self.journal.autocommit() as connection:
            connection.execute(_FORGET, (charge.order_id, charge.attempt))

    def end(self, charge: Charge, charge_id: str | None) -> None:
        """It is given back, or was never taken."""
        with deadline.lifted(), self.journal.autocommit() as connection:
            connection.execute(_OVER, (charge_id, charge.order_id, charge.attempt))

    def earlier(self, charge: Charge) -> list[Charge]:
        """What earlier attempts at the same order left."""
        if charge.attempt == 1:
            return []
        return self._find(_EARLIER, charge.order_id, charge.attempt)

    def left(self) -> list[Charge]:
        """The oldest of those that a checkout may have left, at most BATCH."""
        return self._find(_LEFT, LEFT_AFTER_S, BATCH)

    def is_left(self, connection: Connection[DictRow], charge: Charge) -> bool:
        """Whether no checkout is at it; none can begin until the transaction ends."""
        if not hold(connection, charge.order_id):
            return False
        # A statement of its own: it has to see what the previous holder of the lock committed.
        found = connection.execute(_STILL_OPEN, (charge.order_id, charge.attempt)).fetchone()
        return found is not None

    def _find(self, statement: str, *values: object) -> list[Charge]:
        with (
            self.journal.autocommit() as connection,
            connection.cursor(row_factory=class_row(Charge)) as cursor,
        ):
            return cursor.execute(statement, values).fetchall()


def begin(connection: Connection[DictRow], order_id: UUID, amount_cents: int, card: str) -> Charge:
    """Write down what the provider is going to be asked for, as the order's next attempt."""
    wanted = {"order_id": order_id, "amount_cents": amount_cents, "card": card}
    with connection.cursor(row_factory=class_row(Charge)) as cursor:
        [charge] = cursor.execute(_BEGIN, wanted).fetchall()
    return charge


def book(connection: Connection[DictRow], charge: Charge, charge_id: str) -> bool:
    """Make it the order's payment when the transaction commits; False if it was given back."""
    values = (charge.order_id, charge.attempt, charge_id)
    return connection.execute(_BOOK, values).rowcount == 1
