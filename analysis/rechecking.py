"""Whether the record of a trial says what its raw files say.

What a trial recorded of itself is not believed: its gates run again, on the raw rows, and each
answer, which its instance has signed, is held against the arm of the trial. Hashes tell a file that
was changed; this tells a record whose parts contradict each other, whatever their hashes say.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.gates import OF_EVIDENCE, Raw, drain_gate, gates_in, read_raw
from analysis.outside import OUTSIDE
from analysis.planned import planned_s_of
from analysis.reading import Events, read_events
from experiment.errors import InputError
from experiment.faults.on_roles import Role
from experiment.footprint import EDGE
from experiment.record import TrialFolder, TrialRecord
from experiment.store import Architecture, Arm

ROLES: dict[Architecture, frozenset[str]] = {
    "monolith": frozenset({"monolith"}),
    "microservices": frozenset({"storefront", *get_args(Role)}),
}
"""Whose instances sign the answers of an architecture; a name is the role, a dash and more."""

BESIDE = frozenset({*OUTSIDE, EDGE, "database"})
"""Roles that are sampled in both."""

REFUSALS = (402, 409)
"""Statuses other than 2xx of answers that are correct."""

Flags = NDArray[np.bool_]


def recheck(record: TrialRecord, arm: Arm, files: TrialFolder, arrivals: Path) -> None:
    """Raise InputError when the raw files of a trial say something else than its record.

    Of a trial that ended before its load did, nothing but that is looked at: it counts nowhere.
    """
    if record.status not in ("complete", "void"):
        return
    events = read_events(files)
    if record.status == "void" and not drain_gate(events).passed:
        _require_own_journal(record, files, events)
        return
    raw = read_raw(files, arrivals)
    planned_s_of(raw.requests, arrivals)  # each row asks for what was planned
    require_true(record, arm, files, raw)


def require_true(record: TrialRecord, arm: Arm, files: TrialFolder, raw: Raw) -> None:
    """The same where the files were read already, and their rows held against the schedule."""
    _require_own_journal(record, files, raw.events)
    for says in (*_foreign_rows(arm, raw), *_impossible(raw.requests)):
        raise InputError(f"{files.requests} {says}.")
    for says in _foreign_roles(arm, raw.samples):
        raise InputError(f"{files.samples} {says}.")
    for says in _contradictions(record, raw):
        raise InputError(f"{files.run} says that {says}.")


def _contradictions(record: TrialRecord, raw: Raw) -> Iterator[str]:
    """What the record says of the gates, and what they say now.

    A gate that only one of the two knows is older or newer than the other and is left alone; but
    in a complete trial no gate fails, and in a void one some gate does.
    """
    told = {gate.name: gate.passed for gate in record.gates}
    found = gates_in(raw, record.load_workers)
    for gate in found:
        if told.get(gate.name, gate.passed) != gate.passed:
            verb = "passed" if told[gate.name] else "failed"
            yield f"the gate {gate.name!r} {verb}; by the raw rows, {gate.says}"
    for name in sorted(told.keys() & OF_EVIDENCE - {gate.name for gate in found}):
        yield f"there was the gate {name!r}; the raw files hold nothing that it could be judged by"
    failed = [gate.says for gate in found if not gate.passed]
    failed += [f"the gate {name!r} failed" for name, passed in told.items() if not passed]
    if record.status == "complete" and failed:
        yield f"the trial is complete; by its gates, {failed[0]}"
    if record.status == "void" and all(gate.passed for gate in found):
        yield "the trial is void; by the raw rows, all of its gates passed"


def _require_own_journal(record: TrialRecord, files: TrialFolder, events: Events) -> None:
    """The journal of a trial begins with its place; one of old may not."""
    started = next((event for event in events if event["event"] == "trial-started"), {})
    own = {"block": record.block, "arm": record.arm, "attempt": record.attempt}
    for name, value in own.items():
        if started.get(name, value) != value:
            raise InputError(f"{files.events} is of {name} {started[name]}, not {value}.")


def _foreign_rows(arm: Arm, raw: Raw) -> Iterator[str]:
    """Answers that no instance of the arm gave, and what its loop cannot leave."""
    rows = raw.requests
    for instance in _names(rows["instance"]):
        if instance and instance.partition("-")[0] not in ROLES[arm.architecture]:
            yield f"holds answers of {instance}, which is no part of {arm.name}"
    if arm.loop == "open" and "omitted" in _names(rows["outcome"]):
        yield f"holds requests that were omitted, which the open loop of {arm.name} never does"


def _foreign_roles(arm: Arm, samples: pd.DataFrame) -> Iterator[str]:
    for role in _names(samples["role"]):
        if role not in ROLES[arm.architecture] | BESIDE:
            yield f"holds samples of {role}, which is no part of {arm.name}"


def _impossible(rows: pd.DataFrame) -> Iterator[str]:
    """Outcomes that do not go with the rest of their rows; see ``experiment.rows.Outcome``."""
    status = rows["status"].to_numpy(np.float64, na_value=np.nan)
    answered, success = ~np.isnan(status), (status >= 200) & (status < 300)  # noqa: PLR2004 - HTTP
    sent, ended = rows["sent_s"].notna().to_numpy(), rows["ended_s"].notna().to_numpy()
    right = (success | np.isin(status, REFUSALS)) & (rows["instance"] != "").to_numpy()
    fits: dict[str, Flags] = {
        "ok": sent & ended & right,
        "wrong": sent & ended & success,
        "http_error": sent & ended & ~success,
        **dict.fromkeys(("refused", "reset", "timeout"), sent & ended & ~answered),
        **dict.fromkeys(("dropped", "skipped", "omitted"), ~sent & ~ended & ~answered),
    }
    for outcome in _names(rows["outcome"]):
        if not fits[outcome][(rows["outcome"] == outcome).to_numpy()].all():
            yield f"holds the outcome {outcome!r} in a row whose status or times say otherwise"


def _names(column: pd.Series) -> list[str]:
    """Its different values, sorted; those that no row has any more do not count."""
    return sorted(str(name) for name in column.unique())
