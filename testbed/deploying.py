"""From an arm of a scenario to what a platform has to bring up."""

import microservices.deployables
import monolith.deployables

from experiment.errors import InputError
from experiment.scenario import Architecture, Arm, Budget, Sample, Scenario
from store.runtime.deployable import Deployable
from testbed.platforms.platform import Deployment


def deployables_of(architecture: Architecture) -> tuple[Deployable, ...]:
    if architecture == "monolith":
        return monolith.deployables.DEPLOYABLES
    return microservices.deployables.DEPLOYABLES


def deployment(
    architecture: Architecture,
    name: str,
    instances: dict[str, int],
    budget: Budget | None,
    sample: Sample,
) -> Deployment:
    """A deployment; InputError when ``instances`` names a role that the architecture lacks."""
    deployables = deployables_of(architecture)
    roles = {deployable.role for deployable in deployables}
    for role in instances:
        if role not in roles:
            raise InputError(
                f"arm {name}: {architecture} has no role {role!r}; it has {sorted(roles)}."
            )
    return Deployment(
        name=name,
        architecture=architecture,
        deployables=deployables,
        instances={role: instances.get(role, 1) for role in sorted(roles)},
        budget=budget,
        sample=sample,
    )


def deployment_of(scenario: Scenario, arm: Arm) -> Deployment:
    return deployment(
        arm.architecture, arm.name, dict(arm.instances), scenario.budget, scenario.sample
    )
