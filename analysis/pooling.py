"""Several runs of one scenario as if they were one run with all their blocks."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from analysis.measured import MeasuredRun, load_run
from experiment.errors import InputError
from experiment.facts import differing_entry, differing_fact
from experiment.record import Plan, RunFolder, TrialRecord


def load_pooled(folders: Sequence[RunFolder]) -> MeasuredRun:
    """The blocks of all runs, renumbered, in the order of ``folders``.

    Runs are pooled when every checked fact agrees and every seed differs. InputError names the
    fact and the two runs otherwise. The plan is that of the first run, with the order of all.
    """
    plans = [folder.read_plan() for folder in folders]
    for plan in plans[1:]:
        _require(plans[0], plan, differing_fact(plans[0], plan))
    _require_different_seeds(plans)
    _require_fixed_lengths(plans)
    runs = [load_run(folder) for folder in folders]
    for run in runs[1:]:
        _require(plans[0], run.plan, _differing_limits(runs[0], run))
    firsts = accumulate((len(plan.order) for plan in plans), initial=0)
    moved = [_renumbered(run, first) for run, first in zip(runs, firsts, strict=False)]
    return replace(
        moved[0],
        plan=_joined(plans),
        records=tuple(record for run in moved for record in run.records),
        trials=tuple(trial for run in moved for trial in run.trials),
        damaged=tuple(damage for run in moved for damage in run.damaged),
        pooled=tuple(plans),
    )


def _require(one: Plan, other: Plan, difference: str | None) -> None:
    if difference is not None:
        raise InputError(f"{one.run_id} and {other.run_id} cannot be pooled: {difference}.")


def _require_different_seeds(plans: Sequence[Plan]) -> None:
    """The same seed gives the same arrivals, so the second run would not be a new sample."""
    for one, other in pairwise(sorted(plans, key=lambda plan: plan.seed)):
        if one.seed == other.seed:
            _require(one, other, f"both have the seed {one.seed}, and so the same arrivals")


def _require_fixed_lengths(plans: Sequence[Plan]) -> None:
    """A run that may stop early has looks of its own, which more blocks would undo."""
    for plan in plans:
        if plan.stopping is not None:
            raise InputError(f"{plan.run_id} cannot be pooled: it was to stop when decided.")


def _differing_limits(one: MeasuredRun, other: MeasuredRun) -> str | None:
    """Between the trials of one arm; an arm without any on record differs from none."""
    for arm in one.arms:
        for ours, theirs in zip(_limits(one, arm), _limits(other, arm), strict=False):
            if said := differing_entry("the limit in force on", ours, theirs):
                return f"in {arm}, {said}"
    return None


def _limits(run: MeasuredRun, arm: str) -> list[dict[str, str]]:
    return [record.limits for record in run.records if record.arm == arm and record.limits][:1]


def _renumbered(run: MeasuredRun, first: int) -> MeasuredRun:
    return replace(
        run,
        records=tuple(_moved(record, first) for record in run.records),
        trials=tuple(replace(trial, record=_moved(trial.record, first)) for trial in run.trials),
        damaged=tuple(replace(damage, block=damage.block + first) for damage in run.damaged),
    )


def _moved(record: TrialRecord, first: int) -> TrialRecord:
    return record.model_copy(update={"block": record.block + first})


def _joined(plans: Sequence[Plan]) -> Plan:
    metrics = sorted({metric for plan in plans for metric in plan.noise_floor})
    return plans[0].model_copy(
        update={
            "run_id": " + ".join(plan.run_id for plan in plans),
            "order": tuple(arms for plan in plans for arms in plan.order),
            "noise_floor": {
                m: max(p.noise_floor[m] for p in plans if m in p.noise_floor) for m in metrics
            },
            "noise_floor_from": tuple(sorted({s for p in plans for s in p.noise_floor_from})),
        }
    )
