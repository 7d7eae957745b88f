"""Which attempt of a trial counts.

A void trial is repeated, and a block that was interrupted is repeated as a whole, since a pair
belongs together in time. All attempts stay on record; of each trial only the last one counts.
"""

from collections.abc import Collection, Iterable

from experiment.record import TrialRecord


def latest(records: Iterable[TrialRecord]) -> list[TrialRecord]:
    """The last attempt of each trial, by block and arm."""
    last: dict[tuple[int, str], TrialRecord] = {}
    for record in sorted(records, key=lambda record: (record.block, record.arm, record.attempt)):
        last[record.block, record.arm] = record
    return list(last.values())


def has_ended(records: Iterable[TrialRecord], block: int, arms: Collection[str]) -> bool:
    """Whether nothing of this block is left to be measured.

    Either all its trials are complete, or one is void and is not repeated any more.
    """
    last = [record for record in latest(records) if record.block == block]
    complete = {record.arm for record in last if record.status == "complete"}
    given_up = any(record.status == "void" and not record.is_repeated for record in last)
    return complete == set(arms) or given_up
