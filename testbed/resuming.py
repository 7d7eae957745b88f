"""Going on with a run that was cut off: what has to be as it was, and what is left to do."""

from collections.abc import Iterator
from typing import Any

from analysis.capacity.salvage import find_probes
from analysis.salvage import Damage, find_contradictions, find_records, place_of
from experiment.attempts import has_ended
from experiment.errors import InputError
from experiment.facts import differing_entry
from experiment.integrity import require_untouched
from experiment.journal import read_journal
from experiment.record import Plan, RunFolder, TrialFolder, TrialRecord
from experiment.sealing import keep, read_seals
from testbed import machine
from testbed.hashes import hashes

KILLED = "the tool was killed"


def require_unchanged(folder: RunFolder, plan: Plan) -> None:
    """Raise InputError when the plan was edited, or code or machine are not those of the plan.

    Blocks that were measured under other conditions are no repetition of those that are there.
    """
    require_untouched(folder)
    for fact, then, now in _facts(plan):
        if then != now:
            raise InputError(
                f"{folder.path} cannot be resumed here: its {fact} was {then}, and now it is "
                f"{now}. Start a new run."
            )
    if plan.hashes and (said := _differing_file(plan)):
        raise InputError(f"{folder.path} cannot be resumed here: {said}. Start a new run.")


def require_whole(folder: RunFolder, plan: Plan) -> None:
    """Raise InputError when what was measured is damaged: more blocks would not mend it."""
    damaged: list[Damage]
    if plan.scenario.search is None:
        records, damaged = find_records(folder, plan)
        damaged += find_contradictions(folder, plan, records)
    else:
        _, probes = find_probes(folder, plan)
        damaged = [*probes]
    if damaged:
        raise InputError(f"{folder.path} cannot go on: {damaged[0]} Start a new run.")


def _differing_file(plan: Plan) -> str | None:
    """Also where files had changed since the commit, they have to be what they were."""
    return differing_entry("the hash of", plan.hashes, hashes(plan.scenario.sample))


def _facts(plan: Plan) -> Iterator[tuple[str, object, object]]:
    """What has to agree: its name, as it was and as it is now."""
    yield "commit", plan.commit, machine.commit_of_code()
    here = machine.this_machine()
    yield "CPU", plan.machine.cpu_model, here.cpu_model
    yield "number of cores", plan.machine.cores, here.cores
    yield "kernel", plan.machine.kernel, here.kernel


def blocks_left(folder: RunFolder, plan: Plan) -> list[int]:
    """Blocks that are still to be measured, or to be measured again as a whole.

    All blocks of a search that was not complete: its probes on record say where it goes on.
    """
    events = _events(folder)
    if any(event["event"] == "stopped-early" for event in events):
        return []
    planned = enumerate(plan.order, start=1)
    if plan.scenario.search is not None:
        ended = any(e["event"] == "run-ended" and e["status"] == "complete" for e in events)
        return [] if ended else [block for block, _ in planned]
    records = folder.trials()
    return [block for block, arms in planned if not has_ended(records, block, arms)]


def mark_killed(folder: RunFolder, plan: Plan) -> None:
    """Leave a record of each attempt that had no time to leave one itself.

    A probe without a record is no answer, and its search asks again. Only one that the journal
    names gets a record, which would be missing otherwise.
    """
    if plan.scenario.search is not None:
        if file := read_seals(folder).unwritten:
            keep(folder, TrialFolder(file.parent), _killed(*place_of(file.parent), attempt=1))
        return
    for block, arms in enumerate(plan.order, start=1):
        for arm in arms:
            for attempt in range(1, folder.attempts(block, arm) + 1):
                files = folder.trial(block, arm, attempt)
                if not files.run.exists():
                    keep(folder, files, _killed(block, arm, attempt))


def _killed(block: int, arm: str, attempt: int) -> TrialRecord:
    """Without hashes: nobody reads its rows, and a generator may outlive its tool for a while."""
    return TrialRecord(
        block=block,
        arm=arm,
        status="cut-off",
        reason=KILLED,
        t0_unix=None,
        start_s=None,
        gates=(),
        limits={},
        attempt=attempt,
    )


def _events(folder: RunFolder) -> list[dict[str, Any]]:
    return read_journal(folder.journal) if folder.journal.exists() else []
