"""Counts of what became of requests."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Shares:
    """Counts over some requests: failed + slow + good is n; degraded ones are slow or good."""

    n: int
    failed: int
    slow: int
    good: int
    degraded: int


def shares_of(rows: pd.DataFrame) -> Shares:
    return Shares(
        n=len(rows),
        failed=int(rows["failed"].sum()),
        slow=int(rows["slow"].sum()),
        good=int(rows["good"].sum()),
        degraded=int(rows["degraded_ok"].sum()),
    )
