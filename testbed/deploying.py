"""From an arm of a scenario to what a platform has to bring up."""

from collections.abc import Mapping

import microservices.deployables
import monolith.deployables
from experiment.errors import InputError
from experiment.faults.on_network import FaultOnNetwork
from experiment.policies import Policies
from experiment.scenario import Scenario
from experiment.store import Architecture, Arm, Guard, Sample
from store.runtime.deployable import Deployable
from testbed.dividing import division_of
from testbed.platforms.platform import Deployment

GUARDS_THAT_DO_NOT_EXIST: Mapping[Architecture, frozenset[Guard]] = {
    "monolith": frozenset({"reservation-expiry"}),  # it reserves nothing
    "microservices": frozenset(),
}


def deployables_of(architecture: Architecture) -> tuple[Deployable, ...]:
    if architecture == "monolith":
        return monolith.deployables.DEPLOYABLES
    return microservices.deployables.DEPLOYABLES


def plain_deployment(architecture: Architecture, sample: Sample) -> Deployment:
    """One instance of everything, without limits: to look at, not to measure."""
    return Deployment(architecture, architecture, deployables_of(architecture), sample=sample)


def deployment_of(scenario: Scenario, arm: Arm) -> Deployment:
    """What an arm needs; InputError when it names a role or a guard that its architecture lacks."""
    deployables = deployables_of(arm.architecture)
    roles = sorted(deployable.role for deployable in deployables)
    named = {"instances": arm.instances, "scaled": arm.scaled, "quotas": arm.quotas}
    for part, by_role in named.items():
        if unknown := sorted(set(by_role) - set(roles)):
            raise InputError(
                f"arms.{arm.name}.{part}: {arm.architecture} has no role {unknown[0]!r}; "
                f"it has {', '.join(roles)}."
            )
    counts = {role: _starting_count(arm, role) for role in roles}
    lacking = sorted(GUARDS_THAT_DO_NOT_EXIST[arm.architecture] & set(arm.without))
    if lacking:
        raise InputError(
            f"arms.{arm.name}.without: {arm.architecture} has no guard {lacking[0]!r} "
            "that could be switched off."
        )
    return Deployment(
        name=arm.name,
        architecture=arm.architecture,
        deployables=deployables,
        instances=counts,
        databases=arm.databases,
        budget=scenario.budget,
        held_under_load_only=scenario.search is not None,
        sample=scenario.sample,
        work=arm.work.over(scenario.work),
        policies=_with_patience(arm.policies, scenario.load.deadline_s),
        network_faults=_has_network_faults(scenario, arm.architecture),
        without=arm.without,
        slow_client_protection=arm.slow_client_protection,
        client=arm.client,
        division=division_of(scenario.budget, arm, roles, counts),
    )


def _starting_count(arm: Arm, role: str) -> int:
    """Instances that a role starts with: a scaled one with the least, unless told otherwise."""
    least = arm.scaled[role].least if role in arm.scaled else 1
    return arm.instances.get(role, least)


def _has_network_faults(scenario: Scenario, architecture: Architecture) -> bool:
    return any(
        isinstance(fault, FaultOnNetwork) and fault.exists_in(architecture)
        for planned in scenario.timetable("full")
        for fault in planned.phase.faults
    )


def _with_patience(policies: Policies, deadline_s: float) -> Policies:
    """No request is worked on for longer than its client waits, unless the scenario says so."""
    if policies.request_s is not None:
        return policies
    return policies.model_copy(update={"request_s": deadline_s})
