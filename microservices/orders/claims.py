"""Idempotency keys: one attempt at a time, its answer remembered, the stored state of its saga."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from microservices.orders.saga import Saga, confirmed, presumed_aborted
from store.runtime.database import Database, Row
from store.runtime.problems import Problem

LEASE_S = 15.0
"""An attempt that has not ended by then is taken for dead. All its calls fit in by their default
deadlines; where they do not, it goes on for nothing: it cannot confirm any more."""
RECOVERY_LEASE_S = 5.0
"""A process that resumes a saga is taken for dead sooner: all that it does may be done twice."""
RETRY_S = 1.0
"""Duties that could not be done are tried again so soon."""
BATCH = 20

_BEGIN = """
INSERT INTO sagas (order_id, customer_id, attempt, status, fingerprint, instance, next_at)
VALUES (%(order_id)s, %(customer_id)s, 1, 'running', %(fingerprint)s, %(instance)s,
        now() + make_interval(secs => %(lease_s)s))
ON CONFLICT DO NOTHING
"""
_FIND = """
SELECT attempt, status, fingerprint, refusal, next_at > now() AS is_leased
FROM sagas WHERE order_id = %(order_id)s FOR UPDATE
"""
_BEGIN_AGAIN = """
UPDATE sagas SET attempt = attempt + 1, status = 'running', fingerprint = %(fingerprint)s,
                 instance = %(instance)s, next_at = now() + make_interval(secs => %(lease_s)s)
WHERE order_id = %(order_id)s
"""
_UNDO = "UPDATE sagas SET status = 'undoing' WHERE order_id = %(order_id)s"
_UNDO_DEAD = """
UPDATE sagas SET status = 'undoing'
WHERE customer_id = %(customer_id)s AND status = 'running' AND next_at <= now()
"""
_CLOSE = """
UPDATE sagas SET status = %s, refusal = coalesce(%s, refusal),
                 next_at = now() + make_interval(secs => %s)
WHERE order_id = %s AND attempt = %s AND status = ANY(%s)
"""
_TAKE_UNFINISHED = """
UPDATE sagas SET status = CASE status WHEN 'running' THEN 'undoing' ELSE status END,
                 instance = %s, next_at = now() + make_interval(secs => %s)
WHERE order_id IN (
    SELECT order_id FROM sagas
    WHERE status IN ('running', 'undoing', 'confirmed') AND next_at < now()
    ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING order_id, attempt, customer_id, status, cart_version
"""
_ORPHANED = """
UPDATE sagas SET next_at = now()
WHERE instance = %s AND status IN ('running', 'undoing', 'confirmed')
"""
_ABANDON = """
UPDATE sagas SET next_at = now()
WHERE order_id = %s AND attempt = %s AND status IN ('running', 'confirmed')
"""

_FORGET = """
DELETE FROM sagas WHERE instance = %s AND status IN ('running', 'undoing', 'confirmed')
"""


@dataclass(frozen=True)
class Begun:
    """The attempt of this number is the caller's."""

    attempt: int


@dataclass(frozen=True)
class Remembered:
    refusal: Problem | None
    """None when the order was confirmed."""


@dataclass(frozen=True)
class Unfinished:
    """An earlier attempt has to be undone first."""

    attempt: int


Claim = Begun | Remembered | Unfinished


def decide(found: Row, fingerprint: str) -> Claim:
    """What the stored state of a key means for the call that claims it now.

    Raises Problem: 409 ``checkout-in-progress``, 422 ``idempotency-key-reused``.
    """
    if found["status"] == "running" and found["is_leased"]:
        raise Problem(409, "checkout-in-progress", "The same checkout is still running.")
    if found["refusal"] is not None or found["status"] in ("confirmed", "completed"):
        if found["fingerprint"] != fingerprint:
            raise Problem(422, "idempotency-key-reused", "The key was used with another body.")
        return Remembered(Problem(**found["refusal"]) if found["refusal"] else None)
    if found["status"] == "failed":
        return Begun(found["attempt"] + 1)
    return Unfinished(found["attempt"])


def cart_in_use() -> Problem:
    detail = "Another checkout of this cart is still running."
    return Problem(409, "checkout-in-progress", detail)


@dataclass(frozen=True)
class Claims:
    """Each call is one transaction."""

    database: Database
    instance: str
    looks_up: bool = True
    """False: every call is taken for the first of its key."""

    def claim(self, order_id: UUID, customer_id: int, fingerprint: str) -> Claim:
        """Begin an attempt, or say why there is none to begin; raises like ``decide``.

        The attempt has the customer's cart to itself while it runs. Raises
        ``checkout-in-progress`` as well while one under another key does, LEASE_S at most.
        """
        values = {
            "order_id": order_id,
            "customer_id": customer_id,
            "fingerprint": fingerprint,
            "instance": self.instance,
            "lease_s": LEASE_S,
        }
        with self.database.autocommit() as connection:
            try:
                return self._claim(connection, values)
            except Problem:
                # One whose lease is over keeps nobody from the cart until the recovery has it.
                if not connection.execute(_UNDO_DEAD, values).rowcount:
                    raise
                return self._claim(connection, values)

    def check(self, order_id: UUID, fingerprint: str) -> None:
        """Raises like ``decide``, and begins nothing."""
        with self.database.autocommit() as connection:
            found = connection.execute(_FIND, {"order_id": order_id}).fetchone()
        if found is not None:
            decide(found, fingerprint)

    def close(self, saga: Saga) -> bool:
        """Write down how an attempt went; False: somebody else has ended it, and this is void."""
        status = _status(saga)
        before = ["confirmed"] if saga.is_confirmed else ["running", "undoing"]
        values = (status, _document(saga.remembered), RETRY_S, saga.order_id, saga.attempt, before)
        with self.database.autocommit() as connection:
            return connection.execute(_CLOSE, values).rowcount > 0

    def take_unfinished(self) -> list[Saga]:
        """Sagas whose process died or that have duties left, at most BATCH of them, to be run.

        Each is leased to the caller. One that was running is undone from now on: its process may
        be slow instead of dead, but cannot confirm it any more.
        """
        with self.database.autocommit() as connection:
            values = (self.instance, RECOVERY_LEASE_S, BATCH)
            rows = connection.execute(_TAKE_UNFINISHED, values).fetchall()
        return [_resumed(row) for row in rows]

    def abandon(self, saga: Saga) -> None:
        """Nobody runs this attempt any more: it need not wait until its lease is over."""
        with self.database.autocommit() as connection:
            connection.execute(_ABANDON, (saga.order_id, saga.attempt))

    def adopt_orphans(self) -> None:
        """What this instance left running ended with its previous process."""
        with self.database.autocommit() as connection:
            connection.execute(_ORPHANED, (self.instance,))

    def forget_orphans(self) -> None:
        """As if what this instance left running had been in its memory only."""
        with self.database.autocommit() as connection:
            connection.execute(_FORGET, (self.instance,))

    def _claim(self, connection: Connection[Row], values: dict[str, Any]) -> Claim:
        if connection.execute(_BEGIN, values).rowcount:
            return Begun(1)
        try:
            with connection.transaction():
                return self._claim_again(connection, values)
        except UniqueViolation as error:
            raise cart_in_use() from error

    def _claim_again(self, connection: Connection[Row], values: dict[str, Any]) -> Claim:
        found = connection.execute(_FIND, values).fetchone()
        if found is None:  # it was not the key that kept it from beginning
            raise cart_in_use()
        claim = (
            decide(found, values["fingerprint"]) if self.looks_up else Begun(found["attempt"] + 1)
        )
        if isinstance(claim, Begun):
            connection.execute(_BEGIN_AGAIN, values)
        elif isinstance(claim, Unfinished):
            connection.execute(_UNDO, values)
        return claim


def _status(saga: Saga) -> str:
    if saga.is_confirmed:
        return "confirmed" if saga.duties else "completed"
    return "undoing" if saga.duties else "failed"


def _resumed(row: dict[str, Any]) -> Saga:
    attempt = (row["order_id"], row["attempt"], row["customer_id"])
    if row["status"] == "confirmed":
        return confirmed(*attempt, row["cart_version"])
    return presumed_aborted(*attempt)


def _document(refusal: Problem | None) -> Jsonb | None:
    if refusal is None:
        return None
    return Jsonb({"status": refusal.status, "name": refusal.name, "detail": refusal.detail})
