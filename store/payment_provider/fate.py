"""What happens to a charge, decided by its idempotency key alone: the same for both stores.

A key is an order, or ``<order>:<attempt>``. Stores number attempts in their own ways, so whether a
card is declined depends on the order only.
"""

import hashlib
import math
from statistics import NormalDist

MEDIAN_LATENCY_S = 0.040
LATENCY_SPREAD = 0.5
"""Standard deviation of the logarithm of the latency."""
LONGEST_LATENCY_S = 0.250
DECLINED_SHARE = 0.01
DECLINED_CARD = "card_declined"


def _uniform(purpose: str, key: str) -> float:
    """A number in the open interval (0, 1), uniform over keys and fixed for each."""
    digest = hashlib.sha256(f"{purpose}/{key}".encode()).digest()
    return (int.from_bytes(digest[:6], "big") + 0.5) / 2**48


def latency_s(key: str) -> float:
    """Log-normal over keys, capped."""
    deviation = NormalDist().inv_cdf(_uniform("latency", key))
    return min(LONGEST_LATENCY_S, MEDIAN_LATENCY_S * math.exp(LATENCY_SPREAD * deviation))


def is_declined(key: str, card: str) -> bool:
    order, _, _ = key.partition(":")
    return card == DECLINED_CARD or _uniform("decline", order) < DECLINED_SHARE


def charge_id(key: str) -> str:
    return f"ch_{hashlib.sha256(key.encode()).hexdigest()[:24]}"
