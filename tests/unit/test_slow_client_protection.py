"""Protection from slow clients is a factor of an arm: it reaches its edge, and is declared."""

from collections.abc import Callable
from pathlib import Path

import pytest

from experiment.store import Arm
from testbed.deploying import deployment_of
from testbed.planning import factors_of
from testbed.platforms.containers.platform import _edge_plan as edge_in_a_container
from testbed.platforms.store.blueprint import Blueprint
from testbed.platforms.store.envoy import EdgePlan
from testbed.scenarios import find

SCENARIO = find("slow-clients")


def _on_this_machine(blueprint: Blueprint) -> EdgePlan:
    return blueprint.edge(port=None, mesh=False)


def _has_protection(arm: Arm, edge_plan: Callable[[Blueprint], EdgePlan]) -> bool:
    blueprint = Blueprint(deployment_of(SCENARIO, arm), Path("/run"), {})
    return edge_plan(blueprint).protects_from_slow_clients


def _in_a_container(blueprint: Blueprint) -> EdgePlan:
    return edge_in_a_container(blueprint, Path("/run/admin"))


@pytest.mark.parametrize("edge_plan", [_on_this_machine, _in_a_container])
def test_the_edge_of_an_arm_protects_unless_the_arm_says_that_it_does_not(
    edge_plan: Callable[[Blueprint], EdgePlan],
) -> None:
    found = {arm.name: _has_protection(arm, edge_plan) for arm in SCENARIO.arms}
    assert found == {
        "monolith": False,
        "microservices": False,
        "monolith-protected": True,
        "microservices-protected": True,
    }
    assert _has_protection(Arm(name="any", architecture="monolith"), edge_plan)


def test_arms_without_it_are_among_the_factors() -> None:
    declared = factors_of(SCENARIO)["slow-client protection"]
    assert declared.startswith("none in monolith, microservices: ")
    assert "slow-client protection" not in factors_of(find("outage-one-service"))


def test_both_stores_have_as_many_threads_in_all_and_fewer_than_there_are_slow_clients() -> None:
    (fault,) = next(phase.faults for phase in SCENARIO.phases if phase.faults)
    threads = set()
    for arm in SCENARIO.arms:
        wanted = deployment_of(SCENARIO, arm)
        threads.add(wanted.work.threads * sum(wanted.count(role) for role in wanted.roles))
    assert threads == {160}
    assert fault.sockets > 160  # type: ignore[union-attr]
