"""How often a wrong password may be tried: the same limit in both stores.

Wrong sign-ins are counted in the database of the accounts, where all instances see them. A right
one only reads the count. Once the limit is reached, no password is verified until the window is
over, not even the right one, and what is asked meanwhile does not make the window longer.

A sign-in with an earlier token of the same account is counted apart, so that a stranger's attempts
cannot keep a customer out.
"""

from dataclasses import dataclass
from hashlib import sha256

from store.runtime.problems import Problem
from store.runtime.tokens import Tokens

MOST_WRONG = 10
"""Wrong sign-ins at one address within a window."""
WINDOW_S = 300
"""Counted from the first wrong sign-in."""


@dataclass(frozen=True)
class Attempt:
    """A sign-in at a normalised address, as the statements of a store ask for it."""

    email: str
    bucket: int
    known_id: int | None
    """The customer whose earlier token was shown."""
    known_bucket: int
    """In place of ``bucket``, if that customer is the one of the address."""

    @classmethod
    def of(cls, email: str, earlier_token: str, tokens: Tokens) -> "Attempt":
        """``earlier_token`` is empty where none was shown."""
        known_id = tokens.known_customer(earlier_token) if earlier_token else None
        # Not at the text of the token: base64 permits padding, so many texts are the same token.
        return cls(email, bucket_of(email), known_id, bucket_of(f"{email} {known_id}"))

    def bucket_at(self, customer_id: int | None) -> int:
        """Where to count it, at an address whose customer is that one, if any."""
        is_known = customer_id is not None and customer_id == self.known_id
        return self.known_bucket if is_known else self.bucket


def bucket_of(text: str) -> int:
    """Where wrong sign-ins are counted: 0 to 65,535.

    Not at the address itself: so the count never has more rows than that, whatever is tried, and
    does not keep what people type by mistake. Addresses that share a bucket share its limit.
    """
    return int.from_bytes(sha256(text.encode()).digest()[:2])


def too_many(opens_in_s: int) -> Problem:
    """The refusal of every sign-in at an address of the bucket until its window is over."""
    detail = "Too many wrong sign-ins at this address. Try again later."
    return Problem(429, "too-many-attempts", detail, retry_after_s=max(1, opens_in_s))
