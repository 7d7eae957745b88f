"""A process that sent a part of a trial's load, as the record tells."""

from pydantic import BaseModel, ConfigDict


class RemoteLoad(BaseModel):
    """Where the workers of a run come from that are on other machines."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: str
    """Where they find their master, ``ADDRESS:PORT``."""
    target: str | None = None
    """Base URL by which they reach the store; None: the one that the platform tells."""


class LoadWorker(BaseModel):
    """One worker, and how far its clock may be from the master's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index: int
    """From 0: of n workers it sends the journeys with ``seq % n == index``."""
    host: str
    journeys: int
    rows: int
    offset_s: float | None = None
    """Its monotonic clock less the master's before the load. Which of the two machines was started
    earlier decides most of it. None: there was no time to measure it."""
    uncertainty_ms: float | None = None
    """The offset, before the load and after it, is known to plus or minus so much: half of the
    smallest round trip."""
    drift_ms: float | None = None
    """By how much the offset changed from before the load to after it."""
    trouble: str = ""
    """Why it did not do its part, one sentence; empty when it did."""
