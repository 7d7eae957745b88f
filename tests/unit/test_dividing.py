"""Budgets and their divisions; what cannot work is refused before anything starts."""

from typing import Any

import pytest

from experiment.errors import InputError
from experiment.store import Arm, Budget
from testbed import scenarios
from testbed.deploying import deployment_of
from testbed.dividing import division_of
from testbed.platforms.division import Division

ROLES = ("storefront", "catalog", "recommendations")
ONE_EACH = dict.fromkeys(ROLES, 1)
BUDGET: dict[str, Any] = {
    "cpus": 1.0,
    "memory_mb": 512,
    "instance_cpus": 0.2,
    "shared_cpus": 0.25,
    "start_cpus": 0.5,
}


def divided(mode: str, budget: dict[str, Any] | None = None, **of_arm: Any) -> Division:
    arm = Arm.model_validate({"name": "arm", "architecture": "microservices", **of_arm})
    values = {"mode": mode, **BUDGET, **(budget or {})}
    return division_of(Budget.model_validate(values), arm, ROLES, ONE_EACH)


def test_a_pooled_budget_is_divided_among_nobody_and_knows_what_instances_need() -> None:
    division = divided("pooled", quotas={"catalog": 0.1})
    assert division.part_of("catalog", "catalog-1") is None
    assert division.reserved_cpus("catalog", 3) == pytest.approx(0.3)
    assert division.room.most_of("catalog", ONE_EACH) is None


def test_a_static_budget_gives_each_role_a_slice_however_many_its_instances() -> None:
    division = divided("static", quotas={"recommendations": 0.25})
    assert division.quotas == {"storefront": 0.25, "catalog": 0.25, "recommendations": 0.25}
    assert division.part_of("catalog", "catalog-2") == "catalog"
    assert division.reserved_cpus("catalog", 3) == 0.25


def test_equal_cost_bounds_what_all_instances_have_together() -> None:
    division = divided("equal-cost", quotas={"recommendations": 0.1})
    assert division.part_of("catalog", "catalog-2") == "catalog-2"
    assert division.room.most_of("recommendations", ONE_EACH) == 3


def test_a_start_has_the_same_quota_whatever_the_instance_is_to_have_and_is_billed_with_it() -> (
    None
):
    division = divided("equal-cost", quotas={"recommendations": 0.1})
    assert division.reserved_cpus("catalog", 2, starting=1) == pytest.approx(0.2 + 0.5)
    assert division.reserved_cpus("recommendations", 3, starting=2) == pytest.approx(0.1 + 1.0)


def test_a_slice_is_billed_alike_for_each_start_in_it() -> None:
    division = divided("static", quotas={"recommendations": 0.25})
    assert division.reserved_cpus("recommendations", 3, starting=2) == 0.25


def test_equal_instances_bounds_their_number() -> None:
    division = divided("equal-instances", {"most_instances": 5})
    assert division.room.most_of("catalog", ONE_EACH) == 3


@pytest.mark.parametrize(
    ("mode", "budget", "of_arm", "sentence"),
    [
        ("equal-cost", {"cpus": 0.8}, {}, "arm starts with instances of 0.6 CPUs together"),
        ("equal-instances", {"most_instances": 2}, {}, "arm starts with 3 instances, and 2"),
        ("equal-cost", {"instance_cpus": None}, {}, "says nothing of storefront"),
        ("static", {}, {"quotas": {"catalog": 0.8}}, "less than the slices of arm"),
        ("static", {"shared_cpus": 1.0}, {}, "leave something of budget.cpus"),
        ("equal-cost", {}, {"quotas": {"catalog": 0.01}}, "0.01 CPUs for catalog of arm are less"),
        ("equal-cost", {"start_cpus": None}, {}, "budget.start_cpus must be there"),
        ("equal-instances", {"start_cpus": 1.1, "most_instances": 9}, {}, "no more than budget"),
        (
            "equal-cost",
            {"start_cpus": 0.25, "instance_cpus": 0.1},
            {"quotas": {"catalog": 0.3}},
            "start_cpus = 0.25 is less than catalog of arm has once it serves, 0.3",
        ),
        (
            "pooled",
            {"instance_cpus": None},
            {"scaled": {"catalog": {"most": 3}}},
            "says nothing of catalog",
        ),
    ],
)
def test_a_budget_that_does_not_do_is_refused(
    mode: str, budget: dict[str, Any], of_arm: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        divided(mode, budget, **of_arm)


@pytest.mark.parametrize("name", scenarios.names())
def test_every_arm_of_a_scenario_of_the_project_has_a_budget_that_does(name: str) -> None:
    scenario = scenarios.find(name)
    for arm in scenario.arms:
        assert deployment_of(scenario, arm).division.shared_cpus in (
            None,
            scenario.budget.shared_cpus,
        )
