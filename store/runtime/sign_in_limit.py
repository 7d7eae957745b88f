"""How often a wrong password may be tried: the same limit in both stores.

Wrong sign-ins are counted in the database of the accounts, where all instances see them. A right
one only reads the count. Once the limit is reached, no password is verified until the window is
over, not even the right one, and what is asked meanwhile does not make the window longer.
"""

from hashlib import sha256

from store.runtime.problems import Problem

MOST_WRONG = 10
"""Wrong sign-ins at one address within a window."""
WINDOW_S = 300
"""It begins with the first wrong sign-in."""


def bucket_of(email: str) -> int:
    """Where wrong sign-ins at a normalised address are counted: 0 to 65,535.

    Not at the address itself: so the count never has more rows than that, whatever is tried, and
    does not keep what people type by mistake. Addresses that share a bucket share its limit.
    """
    return int.from_bytes(sha256(email.encode()).digest()[:2])


def too_many(opens_in_s: int) -> Problem:
    """The refusal of every sign-in at an address of the bucket until its window is over."""
    detail = "Too many wrong sign-ins at this address. Try again later."
    return Problem(429, "too-many-attempts", detail, retry_after_s=max(1, opens_in_s))
