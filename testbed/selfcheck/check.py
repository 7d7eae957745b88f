"""The small interface of every check."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from testbed.selfcheck.bench import Bench
from testbed.selfcheck.finding import Finding

Profile = Literal["quick", "full"]


@dataclass(frozen=True)
class Check:
    """One thing that theory or somebody else knows, and the instrument has to find."""

    name: str
    quick_s: float | None
    """Seconds of load in a quick selfcheck; None: needs more than that allows, left out."""
    full_s: float
    run: Callable[[Bench, float], Sequence[Finding]]
    """Make the check with that much load. RunError when it cannot be made."""

    def seconds(self, profile: Profile) -> float | None:
        return self.quick_s if profile == "quick" else self.full_s
