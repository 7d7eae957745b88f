"""Faults aimed at a role: they mean the same in both stores."""

from typing import Literal

from experiment.faults.fault import PlannedFault
from experiment.part import Positive, Share

Role = Literal[
    "accounts",
    "catalog",
    "search",
    "recommendations",
    "carts",
    "inventory",
    "payments",
    "orders",
    "notifications",
]


class FaultOnRole(PlannedFault):
    role: Role

    @property
    def target(self) -> str:
        return self.role


class Outage(FaultOnRole):
    """The role is lost.

    A service is killed and kept down; in the monolith the code of the role crashes its process
    each time it is reached.
    """

    kind: Literal["outage"] = "outage"


class Errors(FaultOnRole):
    """A share of the calls of a role ends in an exception that nobody expected."""

    kind: Literal["error"] = "error"
    probability: Share = 1.0


class Delay(FaultOnRole):
    """A share of the calls of a role takes longer."""

    kind: Literal["delay"] = "delay"
    delay_ms: Positive
    probability: Share = 1.0


class Hang(FaultOnRole):
    """Calls of a role wait until the fault is lifted."""

    kind: Literal["hang"] = "hang"


RoleFault = Outage | Errors | Delay | Hang
