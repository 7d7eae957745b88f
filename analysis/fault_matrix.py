"""What each fault of a matrix did: its place in tables and figures, and what it cost."""

from collections.abc import Sequence

from analysis.failures import good_lost
from analysis.measured import MeasuredRun
from analysis.shares import total
from analysis.statistics import Estimate, paired_t, within_shares
from analysis.tables import Row
from analysis.wording import NOTHING, RANGE, failures, percent
from experiment.matrix import Matrix
from experiment.part import Profile

COLUMNS = ("failed", "slow", "degraded", "good lost, with the recovery")
SINGLE = "others"
"""Faults that do not strike each role."""

Sections = dict[str, dict[str, str]]
"""Per sort of fault: what is struck, and the name of the phase."""


def sections_of(matrix: Matrix, profile: Profile) -> Sections:
    """The faults of a matrix as they are reported, in the order in which they are declared."""
    roles, sections = matrix.roles.of(profile), Sections()
    for row in matrix.faults:
        if row.strikes_each_role:
            sections[row.name] = dict(zip(roles, row.names(roles), strict=True))
        else:
            sections.setdefault(SINGLE, {})[row.name] = row.name
    return sections


def can_have(run: MeasuredRun, arm: str, phase: str) -> bool:
    """Whether an arm can have any of a phase's faults; True for a phase without any."""
    (architecture,) = {each.architecture for each in run.every_arm if each.name == arm}
    phases = [p.phase for p in run.timetable if p.is_in(phase)]
    faults = [fault for each in phases for fault in each.faults]
    return not faults or any(fault.exists_in(architecture) for fault in faults)


def loss_of(run: MeasuredRun, arm: str, *phases: str) -> Estimate | None:
    """Share of good requests that a failure of some phases cost: mean over blocks, its interval.

    During itself and its recovery, against the block's own stretches without a fault; of several
    phases, or a group of them, each failure weighs the same. None when a block cannot tell, or
    when the arm cannot have one of the faults.
    """
    if not all(can_have(run, arm, phase) for phase in phases):
        return None
    found = [good_lost(trial.cells, trial.timetable, phases) for trial in run.of(arm)]
    losses = [loss.share for loss in found if loss is not None]
    if not losses or len(losses) < len(found):
        return None
    return within_shares(paired_t(losses))


def matrix_rows(run: MeasuredRun) -> list[Row]:
    """Per fault and arm: shares of failed, slow and degraded requests, and what was lost."""
    matrix = run.scenario.matrix
    if matrix is None:
        return []
    rows = []
    for section, faults in sections_of(matrix, run.plan.profile).items():
        for index, (struck, phase) in enumerate(faults.items()):
            rows.append(Row(struck, _cells(run, phase), group="" if index else section))
        if section != SINGLE and len(faults) > 1:
            rows.append(Row(f"{section}, all roles", _cells(run, *faults.values()), strong=True))
    label = "all that both can have" if "one-sided" in run.shown_phases else "all faults"
    return [*rows, Row(label, _cells(run, "faults"), strong=True)]


def _cells(run: MeasuredRun, *phases: str) -> tuple[str, ...]:
    """For each arm in turn."""
    return tuple(cell for arm in run.arms for cell in _cells_of(run, arm, phases))


def _cells_of(run: MeasuredRun, arm: str, phases: Sequence[str]) -> tuple[str, ...]:
    shares, lost = total(run.shares(arm, phase) for phase in phases), loss_of(run, arm, *phases)
    if not shares.n or lost is None:
        return (NOTHING,) * len(COLUMNS)
    parts = [percent(count / shares.n) for count in (shares.slow, shares.degraded)]
    bounds = "" if lost.interval is None else "\n" + RANGE.join(map(percent, lost.interval))
    return failures(shares.failed, shares.n), *parts, percent(lost.value) + bounds
