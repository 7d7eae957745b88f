"""Session tokens: signed by accounts, verified locally by whoever needs them."""

from dataclasses import dataclass

from flask import request
from itsdangerous import BadData, URLSafeTimedSerializer

from store.runtime.inputs import MAX_ID
from store.runtime.problems import Problem

LIFETIME_S = 3600
"""Short, because nobody can call a token back: who checks one asks nobody."""


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
        try:
            content = self._serializer().loads(token, max_age=LIFETIME_S)
        except (BadData, ValueError) as error:
            raise _invalid() from error
        if type(content) is not int or not 1 <= content <= MAX_ID:  # a bool is an int, too
            raise _invalid()
        return content

    def signed_in_customer(self) -> int:
        """Customer id from the header ``Authorization: Bearer``; a 401 Problem without one."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _refusal("Sign in first: send Authorization: Bearer with a session token.")
        return self.customer(token)


def _invalid() -> Problem:
    return _refusal("The token is not valid or no longer valid.")


def _refusal(detail: str) -> Problem:
    return Problem(401, "not-signed-in", detail)
