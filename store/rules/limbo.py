"""Limbo: money and stock that belong to no order yet, and what a store still has to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limbo:
    """What one owner of data knows of it at a moment; parts add up to the whole."""

    taken_cents: int = 0
    """Charged or about to be charged, and not given back."""
    ordered_cents: int = 0
    """Of confirmed orders."""
    reserved_pieces: int = 0
    """Neither sold nor on hand."""
    unfinished: int = 0
    """Checkouts that are under way or have to be undone."""
    undelivered: int = 0
    """Events that wait in an outbox."""

    @property
    def cents(self) -> int:
        """Taken from customers who have no order for it."""
        return self.taken_cents - self.ordered_cents


def merge(parts: Iterable[Limbo]) -> Limbo:
    whole = Limbo()
    names = [field.name for field in fields(Limbo)]
    for part in parts:
        whole = Limbo(**{name: getattr(whole, name) + getattr(part, name) for name in names})
    return whole
