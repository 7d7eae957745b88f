"""Accounts: who the customers are, and the tokens that prove it."""

from flask import Blueprint

from monolith.module import Module, entry
from store.rules.credentials import hash_password, normalise_email, verify_password
from store.runtime import inputs
from store.runtime.problems import Problem
from store.runtime.sign_in_limit import MOST_WRONG, WINDOW_S, Attempt, too_many
from store.runtime.tokens import LIFETIME_S, bearer
from store.web.shop import Document

_REGISTER = """
    INSERT INTO customers (email, name, password_hash) VALUES (%s, %s, %s)
    ON CONFLICT (email) DO NOTHING RETURNING customer_id, email, name"""
_FIND = """
    SELECT customer_id, name, password_hash, coalesce(wrong, 0) AS wrong,
           ceil(extract(epoch FROM until - now()))::integer AS opens_in_s
    FROM (VALUES (%(email)s)) AS asked (email)
    LEFT JOIN customers USING (email)
    LEFT JOIN wrong_sign_ins ON until > now() AND bucket =
        CASE WHEN customer_id = %(known_id)s THEN %(known_bucket)s ELSE %(bucket)s END"""
_COUNT_WRONG = """
    INSERT INTO wrong_sign_ins AS counted (bucket, wrong, until)
    VALUES (%(bucket)s, 1, now() + make_interval(secs => %(window_s)s))
    ON CONFLICT (bucket) DO UPDATE SET
        wrong = CASE WHEN counted.until > now() THEN counted.wrong + 1 ELSE 1 END,
        until = CASE WHEN counted.until > now() THEN counted.until ELSE excluded.until END
    RETURNING wrong, ceil(extract(epoch FROM until - now()))::integer AS opens_in_s"""


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
    def sign_in(self, email: str, password: str, earlier_token: str = "") -> Document:
        """A session; a 401 Problem when address and password do not belong together.

        A 429 Problem after too many wrong ones. One that is right costs one statement.
        """
        attempt = Attempt.of(normalise_email(email), earlier_token, self._process.tokens)
        with self._autocommit() as connection:
            [account] = connection.execute(_FIND, vars(attempt)).fetchall()
        if account["wrong"] >= MOST_WRONG:
            raise too_many(account["opens_in_s"])
        if not self._verified(password, account["password_hash"]):
            raise self._counted_refusal(attempt.bucket_at(account["customer_id"]))
        return {
            "token": self._process.tokens.issue(account["customer_id"]),
            "customer_id": account["customer_id"],
            "name": account["name"],
            "expires_in_s": LIFETIME_S,
        }

    def _verified(self, password: str, stored: str | None) -> bool:
        with self._rules():
            return verify_password(password, stored)

    def _counted_refusal(self, bucket: int) -> Problem:
        values = {"bucket": bucket, "window_s": WINDOW_S}
        with self._autocommit() as connection:
            [counted] = connection.execute(_COUNT_WRONG, values).fetchall()
        if counted["wrong"] > MOST_WRONG:  # others were verified at the same time
            return too_many(counted["opens_in_s"])
        return Problem(401, "wrong-credentials", "E-mail address or password is wrong.")


def views(accounts: Accounts) -> Blueprint:
    api = Blueprint("accounts", __name__, url_prefix="/api")

    @api.post("/accounts")
    def register() -> tuple[Document, int]:
        wish = inputs.body(inputs.NewAccount)
        return accounts.register(wish.email, wish.name, wish.password), 201

    @api.post("/sessions")
    def sign_in() -> tuple[Document, int]:
        wish = inputs.body(inputs.Credentials)
        return accounts.sign_in(wish.email, wish.password, bearer()), 201

    return api
