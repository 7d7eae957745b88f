"""The workers of one load as their master knows them: what each has said, and who is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from experiment.load_worker import LoadWorker
from loadtests.progress import Counts
from loadtests.summary import Usage
from loadtests.workers.clocks import Drift, Offset
from loadtests.workers.parts import Part

SILENT_AFTER_S = 5.0
"""A worker tells its counts twice a second; one that was starved for so long was late anyway."""


@dataclass
class Member:
    """One worker. Times are seconds of the master's monotonic clock."""

    id: str
    """Locust's."""
    index: int
    heard_s: float
    """When it last said anything."""
    host: str = ""
    version: str = ""
    before: Offset | None = None
    after: Offset | None = None
    schedule: str = ""
    """Hash of the share that it says it has."""
    journeys: int = 0
    steps: int = 0
    """Rows that its part has to have."""
    counts: Counts = field(default_factory=Counts)
    cpu_s: float = 0.0
    """Since the start of the load."""
    part: Part | None = None
    trouble: str = ""
    """Why it will not do its part; stays, even when it comes back."""

    @property
    def name(self) -> str:
        return f"Load worker {self.index} ({self.host or self.id})"

    @property
    def is_awaited(self) -> bool:
        return self.part is None and not self.trouble

    @property
    def drift(self) -> Drift | None:
        return Drift(self.before, self.after) if self.before and self.after else None

    def hand_in(self, part: Part, *, was_told_to_stop: bool) -> None:
        self.part = part
        rows = part.table().num_rows
        if part.error:
            self.trouble = f"{self.name} failed: {part.error}"
        elif rows != self.steps and not was_told_to_stop:
            self.trouble = f"{self.name} ended after {rows:,} of its {self.steps:,} requests."

    def record(self) -> LoadWorker:
        known = self.drift or self.before
        return LoadWorker(
            index=self.index,
            host=self.host,
            journeys=self.journeys,
            rows=self.part.table().num_rows if self.part else 0,
            offset_s=self.before.offset_s if self.before else None,
            uncertainty_ms=round(1000 * known.uncertainty_s, 3) if known else None,
            drift_ms=round(1000 * self.drift.drift_s, 3) if self.drift else None,
            trouble=self.trouble,
        )


class Crew:
    """Members by the index of their share."""

    def __init__(self, ids: Sequence[str], now_s: float) -> None:
        self._members = {each: Member(each, index, now_s) for index, each in enumerate(ids)}

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def __len__(self) -> int:
        return len(self._members)

    def heard(self, worker: str, now_s: float) -> Member | None:
        """The member that says something now; None for a worker that has no share."""
        member = self._members.get(worker)
        if member is not None:
            member.heard_s = now_s
        return member

    def look_for_lost(self, connected: Sequence[str], now_s: float) -> None:
        """Note trouble with whoever has left, or has been silent for too long."""
        for member in self:
            if not member.is_awaited:
                continue
            if member.id not in connected:
                member.trouble = f"{member.name} left, and its rows are missing."
            elif now_s - member.heard_s > SILENT_AFTER_S:
                member.trouble = (
                    f"{member.name} was silent for more than {SILENT_AFTER_S:g} s, "
                    "and its rows are missing."
                )

    @property
    def awaited(self) -> list[Member]:
        return [member for member in self if member.is_awaited]

    @property
    def troubles(self) -> list[str]:
        return [member.trouble for member in self if member.trouble]

    @property
    def counts(self) -> Counts:
        return Counts.total(member.counts for member in self)

    @property
    def cpu_s(self) -> float:
        """Of all workers so far."""
        return sum(member.cpu_s for member in self)

    def usage(self, own: Usage) -> Usage:
        """Of the master and all workers that handed in their parts."""
        parts = [member.part for member in self if member.part]
        return Usage(
            cpu_s=own.cpu_s + sum(part.cpu_s for part in parts),
            wall_s=max((part.wall_s for part in parts), default=0.0),
        )
