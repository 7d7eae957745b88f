"""Reservations: pieces kept for one attempt of an order, for a limited time."""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from microservices.inventory import stock
from microservices.inventory.stock import Lines
from store.runtime.database import Database, Row
from store.runtime.problems import Problem, not_found

_HOLD = """
INSERT INTO reservations (order_id, attempt, status, expires_at, product_ids, quantities)
VALUES (%s, %s, 'held', now() + make_interval(secs => %s), %s, %s)
ON CONFLICT DO NOTHING
"""
_STATUS = "SELECT status FROM reservations WHERE order_id = %s AND attempt = %s"
_LOCK = """
SELECT status, product_ids, quantities FROM reservations
WHERE order_id = %s AND attempt = %s FOR UPDATE
"""
_SET = "UPDATE reservations SET status = %s WHERE order_id = %s AND attempt = %s"
# A reserve that arrives after its release must find that it is too late.
_RELEASE_UNSEEN = """
INSERT INTO reservations (order_id, attempt, status, expires_at, product_ids, quantities)
VALUES (%s, %s, 'released', now(), '{}', '{}')
ON CONFLICT DO NOTHING
"""
_OVERDUE = """
SELECT order_id, attempt, product_ids, quantities FROM reservations
WHERE status = 'held' AND expires_at < now()
ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_GIVE_BACK = {"held": stock.GIVE_BACK_RESERVED, "sold": stock.GIVE_BACK_SOLD}


@dataclass(frozen=True)
class Reservations:
    """Each call is one transaction and may be repeated: the repeat changes nothing."""

    database: Database
    lifetime_s: float

    def hold(self, order_id: UUID, attempt: int, lines: Lines) -> None:
        """Raises Problem: 409 ``sold-out``; 409 ``reservation-over`` if it was given back."""
        values = (order_id, attempt, self.lifetime_s, list(lines.product_ids))
        with self.database.transaction() as connection:
            if connection.execute(_HOLD, (*values, list(lines.quantities))).rowcount:
                stock.move(connection, lines, stock.RESERVE)
                return
            found = connection.execute(_STATUS, (order_id, attempt)).fetchone()
        if found is not None and found["status"] not in ("held", "sold"):
            raise _over()

    def sell(self, order_id: UUID, attempt: int) -> None:
        """Turn the reservation into a sale; one that expired takes its pieces again.

        Raises Problem: 404; 409 ``sold-out`` if they are gone; 409 ``reservation-over``.
        """
        with self.database.transaction() as connection:
            found = _locked(connection, order_id, attempt)
            if found is None:
                raise not_found("reservation")
            if found["status"] == "released":
                raise _over()
            if found["status"] != "sold":
                change = stock.SELL_RESERVED if found["status"] == "held" else stock.SELL
                stock.move(connection, _lines(found), change)
                connection.execute(_SET, ("sold", order_id, attempt))

    def release(self, order_id: UUID, attempt: int) -> None:
        """Give the pieces back, sold ones too, and refuse whatever this attempt may still ask."""
        with self.database.transaction() as connection:
            if connection.execute(_RELEASE_UNSEEN, (order_id, attempt)).rowcount:
                return
            found = _locked(connection, order_id, attempt)
            if found is not None and found["status"] in _GIVE_BACK:
                stock.move(connection, _lines(found), _GIVE_BACK[found["status"]])
            connection.execute(_SET, ("released", order_id, attempt))

    def expire_one(self) -> bool:
        """Give back the pieces of one overdue reservation; False when there is none."""
        with self.database.transaction() as connection:
            found = connection.execute(_OVERDUE).fetchone()
            if found is None:
                return False
            stock.move(connection, _lines(found), stock.GIVE_BACK_RESERVED)
            connection.execute(_SET, ("expired", found["order_id"], found["attempt"]))
            return True


def _locked(connection: Connection[Row], order_id: UUID, attempt: int) -> Row | None:
    return connection.execute(_LOCK, (order_id, attempt)).fetchone()


def _lines(reservation: Row) -> Lines:
    return Lines(reservation["product_ids"], reservation["quantities"])


def _over() -> Problem:
    return Problem(409, "reservation-over", "The reservation was given back.")
