"""What a spike cost each arm, and what its autoscaler decided, as rows of text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from analysis.measured import MeasuredRun
from analysis.recovery.wording import censored_words, mean_words
from analysis.scaling.account import Account, account_of
from analysis.scaling.decisions import Change, Decision, changes_in, decisions_in
from analysis.statistics import paired_t
from analysis.tables import Row
from analysis.trial import Trial
from analysis.wording import NOTHING, figures, signed

Quantity = Callable[[Account], float | None]


class Line(NamedTuple):
    heading: str
    quantity: Quantity


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _holds_after(account: Account) -> float | None:
    return account.missed.holds_after_s


LINES = (
    Line("CPU quota added, CPU-seconds", lambda a: a.cpu_quota_seconds),
    Line("memory added, MiB-seconds", lambda a: a.memory_mb_seconds),
    Line("instances added, instance-seconds", lambda a: a.instance_seconds),
    Line("CPU quota in all, CPU-seconds", lambda a: a.whole_cpu_quota_seconds),
    Line("memory in all, MiB-seconds", lambda a: a.whole_memory_mb_seconds),
    Line("requests that failed or were slow", lambda a: float(a.missed.bad)),
    Line("until the objective holds for good", _holds_after),
    Line("first decision to add, s from the spike", lambda a: a.decided_after_s),
    Line("decision until all added are ready, s", lambda a: a.started_in_s),
    Line("decision until all added serve, s", lambda a: a.took_s),
    Line("too few instances, instance-seconds", lambda a: a.too_few),
    Line("too many instances, instance-seconds", lambda a: a.too_many),
    Line("changes of direction", lambda a: a.turns),
    Line("decisions granted less than asked for", lambda a: a.fell_short),
    Line("memory of an added instance, MiB", lambda a: a.memory_mb_per_instance),
    Line("CPU quota of scaled roles in use at rest, %", lambda a: _percent(a.quota_in_use_at_rest)),
    Line("CPU quota of scaled roles unused, %", lambda a: _percent(a.quota_unused)),
)
NOTE = (
    "From the start of the spike to the end of the last phase, store, edge and database together "
    "(not the load generator and the payment provider); means over blocks with their 95 % "
    "intervals (Student's t), differences paired by block. Added: beyond the mean of the baseline "
    "before it, between samples in straight lines; less than the baseline is below zero. In all: "
    "from the start of the load to its end, with what was there at rest: the whole bill. An "
    "instance counts from its start until it is gone, whether it serves or not, and so do its "
    "quota (that of a start until it is ready) and its memory (proportional set size); memory "
    "grows under load too, and the database's as it is "
    "used. The objective holds when no 2 s hold more bad requests than it allows and chance "
    "explains, because more instances serve or because the spike is over. Too few and too many "
    "(elasticity's accuracy: Herbst, Kounev & Reussner 2013; SPEC RG): the areas between the "
    "instances that serve and those that the autoscaler's metric asks for. A metric of CPU that is "
    "saturated understates the need, since use cannot exceed the quota. Once up and down is one "
    "change of direction. Memory of an added instance: what it takes to copy the whole role, "
    "whichever part of it is busy. A quota is used by what serves the spike and by all else that "
    "the role does, and by starts."
)
DECISION_COLUMNS = ("role", "instances", "asked for", "metric / target", "reason", "done after")
DECISION_NOTE = (
    "Of the first block: decisions that changed a number, and the first of each stretch that "
    "granted less than the metric asked for. Times in seconds from the start of the load."
)


def cost_rows(run: MeasuredRun) -> list[Row]:
    """A row for each quantity; columns are the arms and, of two in several blocks, what differs."""
    accounts = {arm: [account_of(run, trial) for trial in run.of(arm)] for arm in run.arms}
    return [Row(line.heading, tuple(_cells(line, accounts))) for line in LINES]


def cost_columns(run: MeasuredRun) -> list[str]:
    return [*run.arms, *(["difference"] if _is_paired(run) else [])]


def _is_paired(run: MeasuredRun) -> bool:
    return run.is_pair and len(run.blocks) > 1


def _cells(line: Line, accounts: dict[str, list[Account]]) -> Iterable[str]:
    found = list(accounts.values())
    for arm in found:
        yield _held(arm) if line.quantity is _holds_after else _mean(map(line.quantity, arm))
    if len(found) == 2 and len(found[0]) > 1:  # noqa: PLR2004 - a pair
        yield _difference(*(list(map(line.quantity, arm)) for arm in found))


def _held(accounts: Sequence[Account]) -> str:
    times = [(each.missed.holds_after_s, each.missed.watched_s) for each in accounts]
    return "it always held" if not any(s != 0 for s, _ in times) else censored_words(times)


def _mean(values: Iterable[float | None]) -> str:
    """Of the blocks that have a value, and of how many if not of all."""
    found = list(values)
    known = [value for value in found if value is not None]
    if not known:
        return NOTHING
    if len(known) < len(found):
        return f"{figures(sum(known) / len(known))}\nin {len(known)} of {len(found)}"
    return mean_words(paired_t(known))


def _difference(before: Sequence[float | None], after: Sequence[float | None]) -> str:
    """Of the second arm to the first; nothing unless every block has both."""
    pairs = [(b, a) for b, a in zip(before, after, strict=True) if b is not None and a is not None]
    if len(pairs) < len(before):
        return NOTHING
    found = paired_t([a - b for b, a in pairs])
    bounds = "" if found.interval is None else "\n" + " to ".join(map(signed, found.interval))
    return signed(found.value) + bounds


def decision_rows(run: MeasuredRun) -> list[Row]:
    """Decisions of the first block by arm and time."""
    rows: list[Row] = []
    for arm in run.arms:
        of_arm = _decision_rows(run.trial(arm, run.blocks[0]))
        rows += [replace(row, group=arm if not n else "") for n, row in enumerate(of_arm)]
    return rows


def _decision_rows(trial: Trial) -> list[Row]:
    changes = {(each.role, each.decided_s): each for each in changes_in(trial.events)}
    return [
        Row(f"{each.at_s:.1f} s", _decision_cells(each, changes.get((each.role, each.at_s))))
        for each in _telling(decisions_in(trial.events))
    ]


def _telling(decisions: Sequence[Decision]) -> Iterable[Decision]:
    """What changed a number, and what was the first to fall short."""
    short: set[str] = set()
    for decision in decisions:
        if decision.step or (decision.falls_short and decision.role not in short):
            yield decision
        (short.add if decision.falls_short else short.discard)(decision.role)


def _decision_cells(decision: Decision, change: Change | None) -> tuple[str, ...]:
    mean = NOTHING if decision.mean is None else figures(decision.mean)
    return (
        decision.role,
        f"{decision.before} \N{RIGHTWARDS ARROW} {decision.after}",
        str(decision.recommended),
        f"{decision.metric} {mean} / {decision.target:g}",
        decision.reason,
        NOTHING if change is None else f"{figures(change.took_s)} s",
    )
