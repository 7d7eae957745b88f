"""Faults on instances of a role.

The monolith has no instances of one role alone. There its own instances play the part: what befalls
the machine of a feature befalls the machine of everything.
"""

from typing import Annotated, Literal

from pydantic import Field

from experiment.faults.on_roles import FaultOnRole
from experiment.part import Positive

LONGEST_START_S = 20.0
"""Gunicorn gives up on a worker that took 30 s to start."""


class FaultOnInstances(FaultOnRole):
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Of the instances, rounded, but one at least; which ones, the seed decides."""


class Kill(FaultOnInstances):
    """Instances are killed without a goodbye, and stay dead until they are restarted."""

    kind: Literal["kill"] = "kill"
    restart_after_s: Positive | None = None
    """They are restarted so long after their death; None: when the fault is lifted."""

    @property
    def over_after_s(self) -> float | None:
        return self.restart_after_s


class Pause(FaultOnInstances):
    """All processes of the instances stand still; whoever asks them waits."""

    kind: Literal["pause"] = "pause"


class Restart(FaultOnInstances):
    """Instances are stopped in order, all at once, and started again."""

    kind: Literal["restart"] = "restart"

    @property
    def over_after_s(self) -> float | None:
        return 0.0


class SlowStart(FaultOnInstances):
    """Instances are killed, and those that replace them at once need longer to become ready."""

    kind: Literal["slow-start"] = "slow-start"
    start_s: Annotated[float, Field(gt=0, le=LONGEST_START_S)]
    """Beyond what a start takes anyway."""

    @property
    def over_after_s(self) -> float | None:
        return 0.0


InstanceFault = Kill | Pause | Restart | SlowStart
