"""What all armed faults have in common. Each kind says the rest in a file of its own."""

from collections.abc import Callable, Collection
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from store.runtime.faults.in_force import InForce

Products = Callable[[], Collection[int]]
"""The products that a call names; asked for by faults that look at them."""


class ArmedFault(BaseModel):
    """One fault as it stands in the faults file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    role: str
    probability: float = 1.0
    """Of striking what it concerns."""
    seed: int = 0
    slot: int = 0
    """Which counter of hits is this fault's."""


class FaultOnEntry(ArmedFault):
    """Strikes calls of its role, before any of the role's code runs."""

    holds: ClassVar[bool] = False
    """Whether it keeps something until it is lifted."""

    def concerns(self, products: Products) -> bool:  # noqa: ARG002 - most concern all calls
        """Whether it could strike a call that names these products."""
        return True

    def act(self, in_force: InForce) -> None:
        """Strike one call, in the thread that makes it."""

    def tend(self, in_force: InForce) -> None:
        """What a fault that holds does again and again from its first strike to its lifting."""
