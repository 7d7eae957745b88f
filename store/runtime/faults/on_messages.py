"""What can happen to messages between one role and another: batches of events, in order.

The sender takes a batch from its outbox, delivers it, and commits that it is gone.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

from store.runtime.faults.armed import ArmedFault
from store.runtime.faults.error import InjectedError

Message = TypeVar("Message")
Deliver = Callable[[Sequence[Message]], None]


class FaultOnMessages(ArmedFault):
    """Strikes batches that its role sends."""

    def concerns(self, messages: Sequence[Any]) -> bool:  # noqa: ARG002 - most concern all
        """Whether it could strike this batch."""
        return True

    def carry(self, messages: Sequence[Any], deliver: Deliver[Any]) -> None:
        """Do in place of ``deliver``."""
        raise NotImplementedError


class Duplicate(FaultOnMessages):
    """The batch arrives twice."""

    kind: Literal["duplicate"] = "duplicate"

    def carry(self, messages: Sequence[Any], deliver: Deliver[Any]) -> None:
        deliver(messages)
        deliver(messages)


class Drop(FaultOnMessages):
    """The batch is lost on its way, before the sender commits: it has to bring it again."""

    kind: Literal["drop"] = "drop"

    def carry(self, messages: Sequence[Any], deliver: Deliver[Any]) -> None:  # noqa: ARG002 - lost
        raise InjectedError(f"{len(messages)} messages of {self.role} were lost")


class Reorder(FaultOnMessages):
    """The messages of a batch arrive one by one, the last first; a single one has no order."""

    kind: Literal["reorder"] = "reorder"

    def concerns(self, messages: Sequence[Any]) -> bool:
        return len(messages) > 1

    def carry(self, messages: Sequence[Any], deliver: Deliver[Any]) -> None:
        for message in reversed(messages):
            deliver([message])
