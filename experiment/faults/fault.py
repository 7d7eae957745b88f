"""What every planned fault has in common: when it begins and how long it holds."""

from typing import Annotated

from pydantic import Field

from experiment.part import Part, Positive
from experiment.store import Architecture


class PlannedFault(Part):
    """A fault of a phase. Each kind adds where it acts and how strongly."""

    kind: str
    after_s: Annotated[float, Field(ge=0)] = 0.0
    """Seconds from the begin of its phase to the fault's."""
    for_s: Positive | None = None
    """Seconds for which it holds; None: to the end of its phase."""

    @property
    def target(self) -> str:
        """What it is aimed at, in a word: a role, for most."""
        raise NotImplementedError

    def exists_in(self, architecture: Architecture) -> bool:  # noqa: ARG002 - most exist in both
        """Whether this architecture has what the fault is aimed at; else it is one-sided."""
        return True

    @property
    def over_after_s(self) -> float | None:
        """Seconds after which it ends by itself, before it is lifted; None: it does not."""
        return None

    def held_s(self, start_s: float, end_s: float) -> tuple[float, float]:
        """When it begins and ends in a phase from ``start_s`` to ``end_s``."""
        begins_s = start_s + self.after_s
        return begins_s, end_s if self.for_s is None else min(begins_s + self.for_s, end_s)
