"""Faults on messages: the events of confirmed orders, on their way to notifications.

In both stores a relay takes them from the outbox in batches and commits once they are delivered;
between services it delivers over HTTP, in the monolith by a call within its transaction.
"""

from typing import Literal

from experiment.faults.fault import PlannedFault
from experiment.part import Share


class FaultOnMessages(PlannedFault):
    role: Literal["orders"] = "orders"
    """Who sends them: nobody else sends messages."""
    probability: Share = 1.0
    """Of striking a batch."""

    @property
    def target(self) -> str:
        return "relay"


class Duplicate(FaultOnMessages):
    """A batch arrives twice."""

    kind: Literal["duplicate"] = "duplicate"


class Drop(FaultOnMessages):
    """A batch is lost before the relay commits, so that the relay has to bring it again.

    It is left alone to see to that: with a probability of 1 nothing arrives while the fault holds.
    """

    kind: Literal["drop"] = "drop"


class Reorder(FaultOnMessages):
    """The events of a batch arrive one by one, the last first.

    A batch of one has no order, so the load has to confirm several orders in a relay's pause.
    """

    kind: Literal["reorder"] = "reorder"


MessageFault = Duplicate | Drop | Reorder
