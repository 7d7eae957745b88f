"""What every fault offers: inject, lift, and a probe that says whether it bit."""

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Bite:
    """What the probe of a fault saw since it was injected."""

    felt: bool
    says: str
    """The observation in words, with its number and unit."""
    seen_in: Literal["fault_hits", "instances"] | None = None
    """Column of the samples that must show it too; None where the probe alone can see it."""


class Fault(Protocol):
    """A fault that holds in a running store from ``inject`` to ``lift``."""

    def inject(self) -> None:
        """Begin; returns as soon as the fault holds."""

    def lift(self) -> None:
        """End; safe to call twice, and when ``inject`` failed half-way."""

    def bite(self) -> Bite:
        """Whether the store felt the fault since it was injected."""
