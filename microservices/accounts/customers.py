"""Customers and their credentials."""

from dataclasses import dataclass

from store.rules import credentials
from store.runtime.database import Database, Row
from store.runtime.inputs import Credentials, NewAccount
from store.runtime.problems import Problem
from store.runtime.sign_in_limit import MOST_WRONG, WINDOW_S, Attempt, too_many
from store.runtime.telemetry import Telemetry
from store.runtime.tokens import Tokens

_BY_EMAIL = """
SELECT customer_id, name, password_hash, coalesce(wrong, 0) AS wrong,
       ceil(extract(epoch FROM until - now()))::integer AS opens_in_s
FROM (VALUES (%(email)s)) AS asked (email)
LEFT JOIN customers USING (email)
LEFT JOIN wrong_sign_ins ON until > now() AND bucket =
    CASE WHEN customer_id = %(known_id)s THEN %(known_bucket)s ELSE %(bucket)s END
"""
_COUNT_WRONG = """
INSERT INTO wrong_sign_ins AS counted (bucket, wrong, until)
VALUES (%(bucket)s, 1, now() + make_interval(secs => %(window_s)s))
ON CONFLICT (bucket) DO UPDATE SET
    wrong = CASE WHEN counted.until > now() THEN counted.wrong + 1 ELSE 1 END,
    until = CASE WHEN counted.until > now() THEN counted.until ELSE excluded.until END
RETURNING wrong, ceil(extract(epoch FROM until - now()))::integer AS opens_in_s
"""
_INSERT = """
INSERT INTO customers (email, name, password_hash) VALUES (%s, %s, %s)
ON CONFLICT (email) DO NOTHING RETURNING customer_id, email, name
"""


@dataclass(frozen=True)
class Customers:
    database: Database
    telemetry: Telemetry
    tokens: Tokens

    def register(self, new: NewAccount) -> Row:
        """The contract's ``Account``; a 409 Problem when the address is taken."""
        with self.telemetry.rules():  # slow on purpose: holds no connection meanwhile
            password_hash = credentials.hash_password(new.password)
        values = (credentials.normalise_email(new.email), new.name, password_hash)
        with self.database.autocommit() as connection:
            account = connection.execute(_INSERT, values).fetchone()
        if account is None:
            raise Problem(
                409, "email-taken", "There is already an account with this e-mail address."
            )
        return account

    def sign_in(self, given: Credentials, earlier_token: str = "") -> Row:
        """The customer's row; a 401 Problem when address or password is wrong.

        A 429 Problem after too many wrong ones. One that is right costs one statement.
        """
        email = credentials.normalise_email(given.email)
        attempt = Attempt.of(email, earlier_token, self.tokens)
        with self.database.autocommit() as connection:
            [customer] = connection.execute(_BY_EMAIL, vars(attempt)).fetchall()
        if customer["wrong"] >= MOST_WRONG:
            raise too_many(customer["opens_in_s"])
        if not self._matches(given.password, customer["password_hash"]):
            raise self._counted_refusal(attempt.bucket_at(customer["customer_id"]))
        return customer

    def _matches(self, password: str, password_hash: str | None) -> bool:
        with self.telemetry.rules():
            return credentials.verify_password(password, password_hash)

    def _counted_refusal(self, bucket: int) -> Problem:
        values = {"bucket": bucket, "window_s": WINDOW_S}
        with self.database.autocommit() as connection:
            [counted] = connection.execute(_COUNT_WRONG, values).fetchall()
        if counted["wrong"] > MOST_WRONG:  # others were verified at the same time
            return too_many(counted["opens_in_s"])
        return Problem(401, "wrong-credentials", "E-mail address or password is wrong.")
