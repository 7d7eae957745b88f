"""What a feature is against: the most that each resource lets through. Pure.

Asymptotic bounds of operational analysis (Denning & Buzen, Computing Surveys 1978): a resource
that each request holds for a time serves no more than one per that time.
"""

from testbed.bench.record import Ceiling

_MS = 1000


def ceilings(
    *,
    process_ms: float,
    database_ms: float,
    wall_ms: float,
    cores: int,
    threads: int,
    is_one_process: bool,
) -> tuple[Ceiling, ...]:
    """The lowest first: what the feature is against.

    ``process_ms`` and ``database_ms`` are CPU time; ``wall_ms`` is how long a request holds its
    thread, with all that it waits for. One thread of a Python process computes at a time.
    """
    whole_ms = process_ms + database_ms
    processes = "the process" if is_one_process else "the processes"
    most = [
        (f"CPU of {processes} ({process_ms / whole_ms:.0%}) and the database", whole_ms / cores),
        (f"{threads} request threads", wall_ms / threads),
    ]
    if is_one_process:
        most.append(("CPU of the process alone", process_ms))
    found = [Ceiling(name=name, per_s=_MS / each_ms) for name, each_ms in most]
    return tuple(sorted(found, key=lambda ceiling: ceiling.per_s))
