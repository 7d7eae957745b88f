"""What an autoscaler decided, and what came of it, from the journal of a trial."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Decision:
    """One decision; each scaled role has one at every sync. Times are from the load's start."""

    at_s: float
    role: str
    before: int
    after: int
    recommended: int
    """What the metric alone asks for."""
    reason: str
    metric: str
    mean: float | None
    """Of the readings; None when nothing could be read."""
    target: float

    @property
    def step(self) -> int:
        return self.after - self.before

    @property
    def falls_short(self) -> bool:
        """Whether the metric asked for more than was granted: by bounds, budget or rate."""
        return self.recommended > self.after


@dataclass(frozen=True)
class Change:
    """A decision that was carried out."""

    role: str
    decided_s: float
    done_s: float
    """When all that were added serve, and all that were removed are gone."""
    instances: int
    added: int
    removed: int
    ready_s: float | None = None
    """When all that were added were ready, whether or not they were to serve yet; None: nothing
    was added, or the record is older."""

    @property
    def took_s(self) -> float:
        return self.done_s - self.decided_s

    @property
    def started_in_s(self) -> float | None:
        """From the decision until the last one that was added was ready."""
        return None if self.ready_s is None else self.ready_s - self.decided_s


def decisions_in(events: Iterable[Mapping[str, Any]]) -> list[Decision]:
    """In the order of time."""
    found = [_decision(event) for event in events if event["event"] == "scaling-decided"]
    return sorted(found, key=lambda decision: decision.at_s)


def changes_in(events: Iterable[Mapping[str, Any]]) -> list[Change]:
    """In the order in which they were done."""
    found = [_change(event) for event in events if event["event"] == "scaling-done"]
    return sorted(found, key=lambda change: change.done_s)


def turns(decisions: Iterable[Decision]) -> int:
    """How often the direction changes between the steps of one role; once up and down is 1."""
    ups = [decision.step > 0 for decision in decisions if decision.step]
    return sum(before != after for before, after in pairwise(ups))


def _decision(event: Mapping[str, Any]) -> Decision:
    return Decision(
        at_s=event["actual_s"],
        role=event["role"],
        before=event["from"],
        after=event["to"],
        recommended=event["recommended"],
        reason=event["reason"],
        metric=event["metric"],
        mean=event["mean"],
        target=event["target"],
    )


def _change(event: Mapping[str, Any]) -> Change:
    return Change(
        role=event["role"],
        decided_s=event["decided_s"],
        done_s=event["actual_s"],
        instances=event["instances"],
        added=len(event["added"]),
        removed=len(event["removed"]),
        ready_s=event.get("ready_s"),
    )
