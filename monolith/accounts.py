"""Accounts: who the customers are, and the tokens that prove it."""

from flask import Blueprint

from monolith.module import Module, entry
from store.rules.credentials import hash_password, normalise_email, verify_password
from store.runtime import inputs
from store.runtime.problems import Problem
from store.runtime.tokens import LIFETIME_S
from store.web.shop import Document

_REGISTER = """
    INSERT INTO customers (email, name, password_hash) VALUES (%s, %s, %s)
    ON CONFLICT (email) DO NOTHING RETURNING customer_id, email, name"""
_FIND = "SELECT customer_id, name, password_hash FROM customers WHERE email = %s"


class Accounts(Module):
    role = "accounts"

    @entry
    def register(self, email: str, name: str, password: str) -> Document:
        """The new account; a 409 Problem when the address has one."""
        with self._rules():
            values = (normalise_email(email), name, hash_password(password))
        with self._autocommit() as connection:
            account = connection.execute(_REGISTER, values).fetchone()
        if account is None:
            raise Problem(
                409, "email-taken", "There is already an account with this e-mail address."
            )
        return account

    @entry
    def sign_in(self, email: str, password: str) -> Document:
        """A session; a 401 Problem when address and password do not belong together."""
        with self._autocommit() as connection:
            account = connection.execute(_FIND, (normalise_email(email),)).fetchone()
        if account is None or not self._verified(password, account["password_hash"]):
            raise Problem(401, "wrong-credentials", "E-mail address or password is wrong.")
        return {
            "token": self._process.tokens.issue(account["customer_id"]),
            "customer_id": account["customer_id"],
            "name": account["name"],
            "expires_in_s": LIFETIME_S,
        }

    def _verified(self, password: str, stored: str) -> bool:
        with self._rules():
            return verify_password(password, stored)


def views(accounts: Accounts) -> Blueprint:
    api = Blueprint("accounts", __name__, url_prefix="/api")

    @api.post("/accounts")
    def register() -> tuple[Document, int]:
        wish = inputs.body(inputs.NewAccount)
        return accounts.register(wish.email, wish.name, wish.password), 201

    @api.post("/sessions")
    def sign_in() -> tuple[Document, int]:
        wish = inputs.body(inputs.Credentials)
        return accounts.sign_in(wish.email, wish.password), 201

    return api
