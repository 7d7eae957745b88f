"""Customers and their credentials."""

from dataclasses import dataclass

from store.rules import credentials
from store.runtime.database import Database, Row
from store.runtime.inputs import Credentials, NewAccount
from store.runtime.problems import Problem
from store.runtime.telemetry import Telemetry

_BY_EMAIL = "SELECT customer_id, name, password_hash FROM customers WHERE email = %s"
_INSERT = """
INSERT INTO customers (email, name, password_hash) VALUES (%s, %s, %s)
ON CONFLICT (email) DO NOTHING RETURNING customer_id, email, name
"""


@dataclass(frozen=True)
class Customers:
    database: Database
    telemetry: Telemetry

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

    def sign_in(self, given: Credentials) -> Row:
        """The customer's row; a 401 Problem when address or password is wrong."""
        email = credentials.normalise_email(given.email)
        with self.database.autocommit() as connection:
            customer = connection.execute(_BY_EMAIL, (email,)).fetchone()
        if customer is None or not self._matches(given.password, customer["password_hash"]):
            raise Problem(401, "wrong-credentials", "E-mail address or password is wrong.")
        return customer

    def _matches(self, password: str, password_hash: str) -> bool:
        with self.telemetry.rules():
            return credentials.verify_password(password, password_hash)
