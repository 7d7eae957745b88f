"""The scenarios with an autoscaler: sizes by one rule, room in the budget, two compressions."""

import json
from typing import Any

import pytest

from experiment.metric import AMOUNTS
from experiment.scenario import Scenario
from experiment.store import Arm
from scaling.need import needed_cpus
from testbed.deploying import deployment_of
from testbed.scenarios import find, names
from tests.benchmarks.cpu_at_rest import KEPT

SLOW, FAST = "spike-hot-feature-slow", "spike-hot-feature"
TIMES_AS_LONG = 3
SCALED = [name for name in names() if find(name).autoscaling is not None]
SIZED = [*SCALED, "before-a-spike"]
AT_REST = json.loads(KEPT.read_text(encoding="utf-8"))
USED: dict[str, dict[str, float]] = AT_REST["cpus_used"]


def arms(name: str, *, is_sliced: bool = False) -> list[Arm]:
    return [arm for arm in find(name).arms if (arm.budget_mode == "static") == is_sliced]


@pytest.mark.parametrize("name", SIZED)
def test_every_quota_is_what_the_rule_makes_of_the_measurement(name: str) -> None:
    for arm in arms(name):
        used = USED[arm.architecture]
        roles = {role: needed_cpus(cpus) for role, cpus in used.items() if role != "shared"}
        assert dict(arm.quotas) == roles


@pytest.mark.parametrize("name", SIZED)
def test_edge_and_database_have_what_the_arm_needs_that_uses_more(name: str) -> None:
    assert find(name).budget.shared_cpus == needed_cpus(max(u["shared"] for u in USED.values()))


def test_slices_divide_what_is_left_in_proportion_to_what_roles_use() -> None:
    budget = find("spike-budgets").budget
    left = budget.cpus - (budget.shared_cpus or 0)
    for arm in arms("spike-budgets", is_sliced=True):
        used = {role: cpus for role, cpus in USED[arm.architecture].items() if role != "shared"}
        fair = {role: left * cpus / sum(used.values()) for role, cpus in used.items()}
        assert sum(arm.quotas.values()) == pytest.approx(left, abs=0.051)
        assert dict(arm.quotas) == pytest.approx(fair, abs=0.011)


def at_most(scenario: Scenario, arm: Arm) -> dict[str, int]:
    deployment = deployment_of(scenario, arm)
    most = {role: bounds.most for role, bounds in arm.scaled.items()}
    return {role: most.get(role, deployment.count(role)) for role in deployment.roles}


@pytest.mark.parametrize("name", [FAST, SLOW])
def test_the_budget_has_room_for_both_arms_at_their_most(name: str) -> None:
    scenario = find(name)
    for arm in scenario.arms:
        room = deployment_of(scenario, arm).division.room
        assert room.most_cpus is not None
        assert room.lacks(at_most(scenario, arm)) is None


@pytest.mark.parametrize("name", ["spike-everything", "spike-checkout"])
def test_where_many_services_are_scaled_the_budget_holds_not_all_at_their_most(name: str) -> None:
    scenario = find(name)
    lacks = {
        a.name: deployment_of(scenario, a).division.room.lacks(at_most(scenario, a))
        for a in scenario.arms
    }
    assert lacks["monolith"] is None
    assert lacks["microservices"] is not None


@pytest.mark.parametrize("name", SCALED)
def test_a_spike_is_billed_by_what_it_adds_and_by_the_whole(name: str) -> None:
    asked = {metric.metric for metric in find(name).metrics}
    assert asked >= {"whole_cpu_quota_seconds", "whole_memory_mb_seconds", "memory_mb_seconds"}


def test_each_of_the_four_bills_of_the_hot_feature_has_a_verdict_that_its_blocks_allow() -> None:
    scenario = find(FAST)
    judged = [metric.metric for metric in scenario.decisive]
    assert judged == [
        "cpu_quota_seconds",
        "memory_mb_seconds",
        "whole_cpu_quota_seconds",
        "whole_memory_mb_seconds",
    ]
    assert 2 / 2**scenario.blocks.full <= 0.05 / len(judged)


def test_the_slow_spike_differs_from_the_fast_one_in_time_alone() -> None:
    fast, slow = (find(name).model_dump() for name in (FAST, SLOW))
    fast["autoscaling"]["compression"] /= TIMES_AS_LONG
    for phase in fast["phases"]:
        phase["seconds"] = {k: TIMES_AS_LONG * v for k, v in phase["seconds"].items()}
    for metric in _metrics(fast):
        metric["margin"] *= TIMES_AS_LONG if metric["metric"] in AMOUNTS else 1
    for told_apart in ("name", "title"):
        assert fast.pop(told_apart) != slow.pop(told_apart)
    assert fast == slow


def _metrics(scenario: dict[str, Any]) -> list[dict[str, Any]]:
    return [scenario["primary"], *scenario["judged"], *scenario["secondary"]]
