"""What the model takes for granted beyond this machine: declared, and printed in every report."""

from dataclasses import dataclass

from scaling.policy import Policy

MOST = 100_000_000
"""Instances of a role: as many as it takes."""


@dataclass(frozen=True)
class Assumed:
    """A cluster, the same for both architectures."""

    instance_cpus: float = 0.5
    """CPU quota of every instance of every role."""
    target: float = 0.6
    """Share of its quota that the autoscaler lets an instance use."""
    least: int = 1
    """Instances of a role below which it never goes."""
    schedule_s: float = 30.0
    """From a decision until a new instance begins to start."""
    metrics_delay_s: float = 15.0
    """Age of the readings on which is decided."""

    @property
    def policy(self) -> Policy:
        return Policy(self.least, MOST)
