"""From the budget of a scenario to its division in one arm; refuses what cannot work."""

from collections.abc import Mapping, Sequence

from experiment.errors import InputError
from experiment.store import Arm, Budget, BudgetMode
from scaling.room import Room
from testbed.platforms.division import LEAST_CPUS, Division


def division_of(
    budget: Budget, arm: Arm, roles: Sequence[str], counts: Mapping[str, int]
) -> Division:
    """``counts``: instances at the start, by role. InputError when the budget does not do."""
    mode = arm.budget_mode or budget.mode
    quotas = _slices(budget, arm, roles) if mode == "static" else _quotas(budget, arm, roles, mode)
    if mode == "pooled":
        return Division(quotas=quotas)
    shared_cpus = _shared_cpus(budget)
    _require_room_to_run(arm, quotas | {"edge and database": shared_cpus})
    if mode == "static":
        return Division("roles", quotas, shared_cpus)
    room = Room(
        most_instances=budget.most_instances if mode == "equal-instances" else None,
        most_cpus=budget.cpus - shared_cpus if mode == "equal-cost" else None,
        quotas=quotas,
    )
    if lacks := room.lacks(counts):
        raise InputError(f"budget: {arm.name} starts with {lacks}.")
    start_cpus = _start_cpus(budget, arm, quotas)
    return Division("instances", quotas, shared_cpus, room, start_cpus)


def _quotas(budget: Budget, arm: Arm, roles: Sequence[str], mode: BudgetMode) -> dict[str, float]:
    """Of one instance of each role."""
    quotas = {role: arm.quotas.get(role, budget.instance_cpus) for role in roles}
    unknown = [role for role, quota in quotas.items() if quota is None]
    needed = arm.scaled if mode == "pooled" else roles
    if missing := [role for role in unknown if role in needed]:
        raise InputError(
            f"budget.instance_cpus is missing, and arms.{arm.name}.quotas says nothing of "
            f"{missing[0]}."
        )
    return {role: quota for role, quota in quotas.items() if quota is not None}


def _require_room_to_run(arm: Arm, quotas: Mapping[str, float]) -> None:
    least = min(quotas, key=lambda part: quotas[part])
    if quotas[least] < LEAST_CPUS:
        raise InputError(
            f"budget: {quotas[least]:g} CPUs for {least} of {arm.name} are less than the "
            f"{LEAST_CPUS:g} that a part needs."
        )


def _start_cpus(budget: Budget, arm: Arm, quotas: Mapping[str, float]) -> float:
    if budget.start_cpus is None or budget.start_cpus > budget.cpus:
        raise InputError("budget.start_cpus must be there, and no more than budget.cpus.")
    most = max(quotas, key=lambda role: quotas[role])
    if budget.start_cpus < quotas[most]:
        raise InputError(
            f"budget.start_cpus = {budget.start_cpus:g} is less than {most} of {arm.name} has "
            f"once it serves, {quotas[most]:g}."
        )
    return budget.start_cpus


def _slices(budget: Budget, arm: Arm, roles: Sequence[str]) -> dict[str, float]:
    """What is left by those whose slice is given, in equal slices for the others."""
    given = sum(arm.quotas.values())
    left = round(budget.cpus - _shared_cpus(budget) - given, 9)  # 0.1 + 0.2 is not quite 0.3
    others = [role for role in roles if role not in arm.quotas]
    if left < 0 or (others and left == 0):
        raise InputError(
            f"budget: its {budget.cpus:g} CPUs are less than the slices of {arm.name}."
        )
    return {role: arm.quotas.get(role) or left / len(others) for role in roles}


def _shared_cpus(budget: Budget) -> float:
    if budget.shared_cpus is None or budget.shared_cpus >= budget.cpus:
        raise InputError("budget.shared_cpus must be there, and leave something of budget.cpus.")
    return budget.shared_cpus
