"""What a check found: what was measured beside what theory says."""

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from experiment.machine import Machine
from testbed.selfcheck.bench import Measured

Outcome = Literal["passed", "failed", "skipped"]


class Finding(BaseModel):
    """One quantity of one check."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str
    quantity: str
    outcome: Outcome
    measured: str = ""
    theory: str = ""
    deviation: float | None = None
    """Relative, signed where it has a sign."""
    limit: float | None = None
    """Of the deviation's size."""
    note: str = ""
    """What a reader should know beside it; why, when it was skipped or failed."""
    figures: dict[str, float] = {}

    @property
    def says(self) -> str:
        """One sentence without a stop at its end."""
        if self.deviation is None or self.limit is None:
            return f"{self.check}: {self.note}"
        return (
            f"{self.check}: {self.quantity} is {self.measured}, theory says {self.theory}, "
            f"{self.deviation:+.1%} off; limit {self.limit:.0%}"
        )


class SelfcheckRecord(BaseModel):
    """A whole selfcheck, as ``--out`` writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    started_at: str
    """RFC 3339, UTC."""
    profile: Literal["quick", "full"]
    machine: Machine
    cores: str
    versions: dict[str, str]
    commit: str
    findings: tuple[Finding, ...]


def compared(
    check: str,
    quantity: str,
    *,
    measured: float,
    theory: float,
    limit: float,
    unit: str = "",
    note: str = "",
    figures: dict[str, float] | None = None,
) -> Finding:
    """A measured figure beside its theoretical value; it passes within ``limit`` of that."""
    deviation = measured / theory - 1
    return Finding(
        check=check,
        quantity=quantity,
        outcome="passed" if abs(deviation) <= limit else "failed",
        measured=f"{measured:.4g}{unit}",
        theory=f"{theory:.4g}{unit}",
        deviation=deviation,
        limit=limit,
        note=note,
        figures={"measured": measured, "theory": theory, **(figures or {})},
    )


def lateness_of(measured: Measured) -> dict[str, float]:
    """The instrument's own part in what it measured."""
    p50, p99 = np.quantile(measured.lateness_ms, [0.5, 0.99])
    return {"lateness_p50_ms": float(p50), "lateness_p99_ms": float(p99)}
