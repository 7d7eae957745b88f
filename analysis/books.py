"""The books of a run as tables: what was looked at, what was violated, and what that bounds."""

from analysis.measured import MeasuredRun
from analysis.reading import Audit
from analysis.statistics import upper_bound_of_share
from analysis.tables import Row
from analysis.trial import Trial
from analysis.wording import NOTHING, figures

PER_ORDERS = 10_000
ARM_COLUMNS = ("checks", "violations", f"per {PER_ORDERS:,} orders")
TRIAL_COLUMNS = (
    "confirmed orders",
    "checkouts told: ordered / refused, or never sent / nothing",
    "keys repeated",
    "most in limbo: money, pieces",
    "at rest after the drain, s",
    "violations",
)
MOST_TOLD = 3
"""Violations of a trial that are told in full."""


def is_counted(run: MeasuredRun) -> bool:
    """Whether the audits say what they looked at; those of old do not."""
    return any(trial.audit is not None and trial.audit.invariants for trial in run.trials)


def invariant_rows(run: MeasuredRun) -> list[Row]:
    """Per invariant and arm: checks, violations, and how many more orders could have shown."""
    named = (audit.invariants for arm in run.arms for audit in _audits(run, arm))
    words = {name: found.says for invariants in named for name, found in invariants.items()}
    return [_invariant_row(run, name, says) for name, says in words.items()]


def _invariant_row(run: MeasuredRun, name: str, says: str) -> Row:
    cells: list[str] = []
    is_broken = False
    for arm in run.arms:
        audits = _audits(run, arm)
        checks = sum(audit.invariants[name].checks for audit in audits if name in audit.invariants)
        broken = sum(v.invariant == name for audit in audits for v in audit.violations)
        is_broken |= broken > 0
        orders = sum(audit.orders for audit in audits)
        cells += [f"{checks:,}", f"{broken:,}", rate(broken, orders) if checks else NOTHING]
    return Row(f"{name}: {says}", tuple(cells), strong=is_broken)


def rate(violations: int, orders: int) -> str:
    """Violations per 10,000 orders, and the upper 95 % bound of what they would be in the long run.

    Clopper-Pearson, one-sided; without violations that is the rule of three. It assumes that
    orders are hit independently. A fault hits several at once, so it is a floor.
    """
    if orders == 0:
        return NOTHING
    bound = figures(PER_ORDERS * upper_bound_of_share(min(violations, orders), orders))
    if violations == 0:
        return f"0, below {bound}"
    return f"{figures(PER_ORDERS * violations / orders)}, below {bound}"


def trial_rows(run: MeasuredRun) -> list[Row]:
    """Per trial: orders, what clients were told, time to come to rest, violations."""
    return [_trial_row(trial) for trial in run.trials]


def _trial_row(trial: Trial) -> Row:
    name, audit = trial.record.title, trial.audit
    if audit is None:
        return Row(name, (*[NOTHING] * (len(TRIAL_COLUMNS) - 1), "not audited"), strong=True)
    told = " / ".join(f"{count:,}" for count in audit.checkouts.values())
    cells = (
        f"{audit.orders:,}",
        told or f"{audit.acknowledged:,} / {NOTHING} / {NOTHING}",
        NOTHING if audit.repeated is None else f"{audit.repeated:,}",
        _most_in_limbo(trial),
        _at_rest(audit),
        _broken(audit),
    )
    return Row(name, cells, strong=bool(audit.violations))


def _most_in_limbo(trial: Trial) -> str:
    """The largest amounts, and those with which the load ended."""
    if trial.limbo is None or trial.limbo.empty:
        return NOTHING
    watched = trial.limbo.dropna(subset=["cents", "pieces"])
    if watched.empty:
        return NOTHING
    most, last = watched[["cents", "pieces"]].max(), watched.iloc[-1]
    ends = f"{last.cents / 100:.2f}, {last.pieces:.0f}"
    return f"{most.cents / 100:.2f}, {most.pieces:.0f}\nat the end {ends}"


def _at_rest(audit: Audit) -> str:
    if audit.settled_after_s is None:
        return NOTHING
    words = figures(audit.settled_after_s)
    return words if audit.is_settled else f"not within {words}"


def _broken(audit: Audit) -> str:
    told = [f"{found.invariant}: {found.detail}" for found in audit.violations[:MOST_TOLD]]
    left = len(audit.violations) - len(told)
    return "; ".join([*told, *([f"and {left:,} more"] if left else [])]) or "none"


def _audits(run: MeasuredRun, arm: str) -> list[Audit]:
    return [trial.audit for trial in run.of(arm) if trial.audit is not None]
