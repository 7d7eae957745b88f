"""What each fault of a matrix did: its place in tables and figures, and what it cost."""

from analysis.measured import MeasuredRun
from analysis.metrics import Asked, Measured, good_lost_per_failure
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
        names = [name for name, _ in row.faults(roles)]
        if row.strikes_each_role:
            sections[row.name] = dict(zip(roles, names, strict=True))
        else:
            sections.setdefault(SINGLE, {})[row.name] = row.name
    return sections


def can_have(run: MeasuredRun, arm: str, phase: str) -> bool:
    """Whether an arm can have any of a phase's faults; True for a phase without any."""
    (architecture,) = {each.architecture for each in run.every_arm if each.name == arm}
    phases = [p.phase for p in run.timetable if phase in (p.phase.name, p.group)]
    faults = [fault for each in phases for fault in each.faults]
    return not faults or any(fault.exists_in(architecture) for fault in faults)


def good_lost(run: MeasuredRun, arm: str, phase: str) -> Estimate | None:
    """Share of good requests that a failure of a phase cost: mean over blocks with its interval.

    During itself and its recovery, against the block's own stretches without a fault; of a group
    of phases, each failure weighs the same. None when a block cannot tell, or when the arm cannot
    have the fault.
    """
    if not can_have(run, arm, phase):
        return None
    found = [good_lost_per_failure(trial, Asked(phase, ())) for trial in run.of(arm)]
    losses = [each.value for each in found if isinstance(each, Measured)]
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
            cells = [cell for arm in run.arms for cell in _cells(run, arm, phase)]
            rows.append(Row(struck, tuple(cells), group="" if index else section))
    every = [cell for arm in run.arms for cell in _cells(run, arm, "faults")]
    label = "all that both can have" if "one-sided" in run.shown_phases else "all faults"
    return [*rows, Row(label, tuple(every), strong=True)]


def _cells(run: MeasuredRun, arm: str, phase: str) -> tuple[str, ...]:
    shares, lost = run.shares(arm, phase), good_lost(run, arm, phase)
    if not shares.n or lost is None:
        return (NOTHING,) * len(COLUMNS)
    parts = [percent(count / shares.n) for count in (shares.slow, shares.degraded)]
    bounds = "" if lost.interval is None else "\n" + RANGE.join(map(percent, lost.interval))
    return failures(shares.failed, shares.n), *parts, percent(lost.value) + bounds
