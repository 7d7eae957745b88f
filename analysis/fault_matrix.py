"""What each fault of a matrix did: its place in tables and figures, and what it cost."""

from collections.abc import Collection

from analysis.failures import failures_in, in_control, in_failure, mean_good_lost
from analysis.measured import MeasuredRun
from analysis.shares import total
from analysis.tables import Row
from analysis.wording import NOTHING, failures, percent
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


def good_lost(
    run: MeasuredRun, arm: str, phase: str, features: Collection[str] = ()
) -> float | None:
    """Share of good requests that a fault cost during itself and its recovery, over all blocks.

    Measured against the stretches without a fault; None when no request was due in one of them.
    """
    control, during = [], []
    for trial in run.of(arm):
        control.append(in_control(trial.cells, trial.timetable, features))
        during += [
            in_failure(trial.cells, failure, features)
            for failure in failures_in(trial.timetable)
            if failure.name == phase
        ]
    without, within = total(control), total(during)
    return mean_good_lost(without, [within]) if without.n and within.n else None


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
    return rows


def _cells(run: MeasuredRun, arm: str, phase: str) -> tuple[str, ...]:
    shares, lost = run.shares(arm, phase), good_lost(run, arm, phase)
    if not shares.n or lost is None:
        return (NOTHING,) * len(COLUMNS)
    parts = [percent(count / shares.n) for count in (shares.slow, shares.degraded)]
    return failures(shares.failed, shares.n), *parts, percent(lost)
