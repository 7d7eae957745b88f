"""What every fault offers: inject, lift, and a probe that says whether it bit."""

from typing import Protocol


class Fault(Protocol):
    """A fault aimed at a role that exists in both stores."""

    def inject(self) -> None:
        """Begin; returns as soon as the fault holds."""

    def lift(self) -> None:
        """End; safe to call twice, and when ``inject`` failed half-way."""

    def bit(self) -> bool:
        """Whether the store felt the fault since it was injected."""
