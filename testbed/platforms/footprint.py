"""What a running store tells of its connections."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Connection:
    """One open TCP connection between two roles, or of the clients to the edge."""

    caller: str
    callee: str
    cookie: int
    """Names it as long as the machine runs."""
    bytes: int
    """Payload in both directions since it was opened."""


def grown(before: Iterable[Connection], after: Iterable[Connection]) -> dict[tuple[str, str], int]:
    """Bytes between two readings by caller and callee; connections that ended are in none."""
    counted = {each.cookie: each.bytes for each in before}
    total: dict[tuple[str, str], int] = {}
    for each in after:
        hop = each.caller, each.callee
        total[hop] = total.get(hop, 0) + each.bytes - counted.get(each.cookie, 0)
    return total
