"""Which trials of a run left a record that can be read, and what is wrong with the others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.rechecking import recheck
from experiment.errors import InputError
from experiment.journal import read_journal
from experiment.record import Plan, RunFolder, TrialFolder, TrialRecord, read_json
from experiment.sealing import read_seals


@dataclass(frozen=True)
class Damage:
    """A trial whose files are missing or not whole; its block counts nowhere."""

    block: int
    arm: str
    reason: str
    """One sentence; paths are relative to the folder of the run."""

    def __str__(self) -> str:
        return f"block {self.block}, {self.arm}: {self.reason}"


def reason_of(folder: RunFolder, error: InputError) -> str:
    """What an error says, with paths relative to the folder of the run."""
    return str(error).replace(f"{folder.path}/", "")


def find_records(folder: RunFolder, plan: Plan) -> tuple[list[TrialRecord], list[Damage]]:
    """Records of all trials that can be read, and what is wrong with the rest, by block and arm."""
    records: list[TrialRecord] = []
    damaged: list[Damage] = []
    seals = read_seals(folder)
    for file in sorted(folder.path.glob("block-*/*/run.json")):
        try:
            record = _record_at(file, plan)
            seals.require_whole(TrialFolder(file.parent), record)
            records.append(record)
        except InputError as error:
            damaged.append(Damage(*place_of(file), reason_of(folder, error)))
    damaged += [_gone(folder, file) for file in seals.gone()]
    damaged += _missing(folder, plan, records, damaged)
    return records, sorted(damaged, key=lambda found: (found.block, found.arm))


def find_contradictions(
    folder: RunFolder, plan: Plan, records: Iterable[TrialRecord]
) -> list[Damage]:
    """Trials whose raw files cannot be read or say something else than their records."""
    damaged = []
    for record in records:
        files, arrivals = folder.files_of(record), folder.arrivals(record.block)
        try:
            recheck(record, plan.arm(record.arm), files, arrivals)
        except InputError as error:
            damaged.append(Damage(record.block, record.arm, reason_of(folder, error)))
    return damaged


def place_of(file: Path) -> tuple[int, str]:
    """Block and arm that the folder of a file stands for, whichever attempt it is."""
    number = file.parent.parent.name.removeprefix("block-")
    return int(number) if number.isdecimal() else 0, file.parent.name.partition("~")[0]


def _gone(folder: RunFolder, file: Path) -> Damage:
    return Damage(*place_of(file), f"{file.relative_to(folder.path)} is missing.")


def _record_at(file: Path, plan: Plan) -> TrialRecord:
    record = read_json(file, TrialRecord)
    block, arm = place_of(file)
    if (record.block, record.arm) != (block, arm):
        raise InputError(f"{file} is the record of block {record.block}, {record.arm}.")
    if block > len(plan.order) or arm not in plan.order[block - 1]:
        raise InputError(f"{file} is the record of a trial that was not planned.")
    return record


def _missing(
    folder: RunFolder, plan: Plan, records: list[TrialRecord], damaged: list[Damage]
) -> Iterator[Damage]:
    """Trials that must have left a record: a later one did, or the run went to its end."""
    planned = [(block, arm) for block, order in enumerate(plan.order, start=1) for arm in order]
    seen = {(r.block, r.arm) for r in records} | {(d.block, d.arm) for d in damaged}
    given_up = {record.block for record in records if record.status != "complete"}
    last = max((block for block, _ in seen), default=0)
    if _went_to_its_end(folder):
        last = len(plan.order) + 1
    for block, arm in planned:
        if (block, arm) not in seen and block < last and block not in given_up:
            yield _gone(folder, folder.trial(block, arm).run)


def _went_to_its_end(folder: RunFolder) -> bool:
    """Whether all blocks were measured, as far as the journal tells."""
    try:
        events = read_journal(folder.journal)
    except (OSError, ValueError):
        return False
    members = [event for event in events if isinstance(event, dict)]
    stopped = any(event.get("event") == "stopped-early" for event in members)
    return not stopped and bool(members) and members[-1].get("status") == "complete"
