"""Session tokens: signed by accounts, verified locally by each process that needs them."""

from dataclasses import dataclass

from flask import request
from itsdangerous import BadData, URLSafeTimedSerializer

from store.runtime.inputs import MAX_ID
from store.runtime.problems import Problem

LIFETIME_S = 3600
"""Short, because nobody can call a token back: who checks one asks nobody."""


KNOWN_S = 30 * 24 * 3600
"""So long a token shows that its holder was the customer once; see ``sign_in_limit``."""


@dataclass(frozen=True)
class Tokens:
    """Issues and checks tokens with one key; holds no state, so that any process can check."""

    secret: str

    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret, salt="session")

    def issue(self, customer_id: int) -> str:
        return self._serializer().dumps(customer_id)

    def customer(self, token: str) -> int:
        """Customer id of a valid token; a 401 Problem otherwise."""
        customer_id = self._customer(token, LIFETIME_S)
        if customer_id is None:
            raise _refusal("The token is not valid or no longer valid.")
        return customer_id

    def known_customer(self, token: str) -> int | None:
        """Customer id of a token that was issued within KNOWN_S; None otherwise."""
        return self._customer(token, KNOWN_S)

    def signed_in_customer(self) -> int:
        """Customer id from the header ``Authorization: Bearer``; a 401 Problem without one."""
        token = bearer()
        if not token:
            raise _refusal("Sign in first: send Authorization: Bearer with a session token.")
        return self.customer(token)

    def _customer(self, token: str, max_age_s: int) -> int | None:
        try:
            content = self._serializer().loads(token, max_age=max_age_s)
        except (BadData, ValueError):
            return None
        is_id = type(content) is int and 1 <= content <= MAX_ID  # a bool is an int, too
        return content if is_id else None


def bearer() -> str:
    """The token in the header ``Authorization: Bearer`` of the request; empty without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _refusal(detail: str) -> Problem:
    return Problem(401, "not-signed-in", detail)
