"""Whether runs are such as the model can learn from; each refusal is one sentence."""

from collections.abc import Sequence

from analysis.measured import MeasuredRun
from experiment.errors import InputError
from experiment.record import Plan
from experiment.store import Architecture, Arm


def require_suiting(runs: Sequence[MeasuredRun], architectures: Sequence[Architecture]) -> float:
    """The CPUs that all stores of all runs shared; InputError when something does not suit.

    Runs are joined, and not compared: they may differ in their load, but not in what was measured.
    """
    for run in runs:
        _require_whole(run)
        _require_same(runs[0].plan, run.plan)
    for architecture in architectures:
        _require_one_kind(runs, architecture)
    return _one_core(runs[0].plan)


def _require_whole(run: MeasuredRun) -> None:
    for damage in run.damaged:
        raise InputError(f"{run.plan.run_id} cannot be read as a whole: {damage}")


def _require_same(one: Plan, other: Plan) -> None:
    for what, ours, theirs in (
        ("the budgets", one.scenario.budget, other.scenario.budget),
        ("the settings of the work", one.scenario.work, other.scenario.work),
        ("the machines", one.machine.cpu_model, other.machine.cpu_model),
        ("the hashes of the code", one.hashes, other.hashes),
    ):
        if ours != theirs:
            raise InputError(f"{one.run_id} and {other.run_id} cannot be joined: {what} differ.")


def _require_one_kind(runs: Sequence[MeasuredRun], architecture: Architecture) -> None:
    arms = [arm for run in runs for arm in run.scenario.arms if arm.architecture == architecture]
    if not arms:
        raise InputError(f"No run measures the architecture {architecture}.")
    if any(_as_kind(arm) != _as_kind(arms[0]) for arm in arms):
        raise InputError(f"The runs hold {architecture} of several kinds; the model takes one.")
    if arms[0].loop == "closed":
        raise InputError("A closed loop has no schedule of its own, so nothing can be foretold.")


def _as_kind(arm: Arm) -> Arm:
    return arm.model_copy(update={"name": ""})


def _one_core(plan: Plan) -> float:
    budget = plan.scenario.budget
    if budget.mode != "pooled":
        raise InputError(
            f"{plan.run_id} has a budget of the mode {budget.mode}: the model knows pooled ones."
        )
    if budget.cpus > 1:
        raise InputError(
            f"{plan.run_id} had {budget.cpus:g} CPUs: the model knows stores on one at most."
        )
    return budget.cpus
