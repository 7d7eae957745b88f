"""How an operation goes through the stations: work at roles, waits, one after another or beside."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """CPU time at a role."""

    role: str
    cpu_s: float


@dataclass(frozen=True)
class Wait:
    """Time that no CPU is needed for; one of ``seconds`` is drawn each time."""

    seconds: tuple[float, ...]


@dataclass(frozen=True)
class Series:
    parts: tuple["Flow", ...]


@dataclass(frozen=True)
class Fork:
    """All parts begin at once; it is over when the last of them is."""

    parts: tuple["Flow", ...]


Flow = Work | Wait | Series | Fork


def works_of(flow: Flow) -> tuple[Work, ...]:
    """All the work in a flow."""
    match flow:
        case Work():
            return (flow,)
        case Wait():
            return ()
        case Series(parts) | Fork(parts):
            return tuple(work for part in parts for work in works_of(part))
