"""Customers and their credentials."""

from dataclasses import dataclass

from psycopg.errors import UniqueViolation

from store.rules import credentials
from store.runtime.database import Database, Row
from store.runtime.inputs import Credentials, NewAccount
from store.runtime.problems import Problem
from store.runtime.telemetry import Telemetry

_BY_EMAIL = "SELECT customer_id, name, password_hash FROM customers WHERE email = %s"
_INSERT = """
INSERT INTO customers (email, name, password_hash) VALUES (%s, %s, %s)
RETURNING customer_id, email, name
"""


@dataclass(frozen=True)
class Customers:
    database: Database
    telemetry: Telemetry

    def register(self, new: NewAccount) -> Row:
        """The contract's ``Account``; a 409 Problem when the address is taken."""
        email = credentials.normalise_email(new.email)
        if self._find(email) is not None:
            raise _email_taken()
        with self.telemetry.rules():  # slow on purpose: holds no connection meanwhile
            password_hash = credentials.hash_password(new.password)
        try:
            with self.database.connection() as connection:
                inserted = connection.execute(_INSERT, (email, new.name, password_hash))
                return inserted.fetchall()[0]
        except UniqueViolation as error:
            raise _email_taken() from error

    def sign_in(self, given: Credentials) -> Row:
        """The customer's row; a 401 Problem when address or password is wrong."""
        row = self._find(credentials.normalise_email(given.email))
        if row is not None:
            with self.telemetry.rules():
                matches = credentials.verify_password(given.password, row["password_hash"])
            if matches:
                return row
        raise Problem(401, "wrong-credentials", "E-mail address or password is wrong.")

    def _find(self, email: str) -> Row | None:
        with self.database.connection() as connection:
            return connection.execute(_BY_EMAIL, (email,)).fetchone()


def _email_taken() -> Problem:
    return Problem(409, "email-taken", "There is already an account with this e-mail address.")
