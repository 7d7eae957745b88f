"""The cluster's autoscaler is told what ours is told."""

from typing import Any

import pytest
from manifests import Build, container, named, of_kind, part

from experiment.store import Arm
from scaling.policy import DOWN, UP, Direction, Rate
from testbed.scenarios import find

SCENARIO = "spike-hot-feature"
UNITS = {"percent": "Percent", "instances": "Pods"}


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "type": UNITS[rate.unit],
        "value": int(rate.value),
        "periodSeconds": int(rate.period_s),
    }


def _behaviour(direction: Direction) -> dict[str, Any]:
    return {
        "stabilizationWindowSeconds": int(direction.window_s),
        "selectPolicy": "Max",  # the rate that allows the largest change counts
        "policies": [_rate(rate) for rate in direction.rates],
    }


@pytest.fixture(scope="module", params=["monolith", "microservices"])
def arm(request: pytest.FixtureRequest) -> Arm:
    (found,) = (a for a in find(SCENARIO).arms if a.architecture == request.param)
    return found


@pytest.fixture
def autoscaled(build: Build, arm: Arm) -> list[dict[str, Any]]:
    return build(f"overlays/{arm.architecture}-autoscaled")


def test_each_role_of_the_store_is_scaled_and_nothing_else(
    autoscaled: list[dict[str, Any]],
) -> None:
    scaled = {
        scaler["spec"]["scaleTargetRef"]["name"]
        for scaler in of_kind(autoscaled, "HorizontalPodAutoscaler")
    }
    store = (each for each in of_kind(autoscaled, "Deployment") if part(each) == "store")
    assert scaled == {workload["metadata"]["name"] for workload in store}


def test_rates_and_windows_are_those_of_our_own_policy(autoscaled: list[dict[str, Any]]) -> None:
    for scaler in of_kind(autoscaled, "HorizontalPodAutoscaler"):
        assert scaler["spec"]["behavior"] == {
            "scaleUp": _behaviour(UP),
            "scaleDown": _behaviour(DOWN),
        }


def test_the_target_is_the_scenario_s(autoscaled: list[dict[str, Any]]) -> None:
    planned = find(SCENARIO).autoscaling
    assert planned is not None
    for scaler in of_kind(autoscaled, "HorizontalPodAutoscaler"):
        (metric,) = scaler["spec"]["metrics"]
        assert metric["resource"] == {
            "name": planned.metric,
            "target": {"type": "Utilization", "averageUtilization": round(100 * planned.target)},
        }


def test_bounds_are_the_scenario_s_where_it_has_any(
    autoscaled: list[dict[str, Any]], arm: Arm
) -> None:
    for role, bounds in arm.scaled.items():
        spec = named(autoscaled, "HorizontalPodAutoscaler", role)["spec"]
        assert (spec["minReplicas"], spec["maxReplicas"]) == (bounds.least, bounds.most)


def test_no_number_of_instances_competes_with_the_autoscaler(
    autoscaled: list[dict[str, Any]],
) -> None:
    store = [each for each in of_kind(autoscaled, "Deployment") if part(each) == "store"]
    assert not [each for each in store if "replicas" in each["spec"]]


def test_a_share_of_what_an_instance_requests_is_a_share_of_its_quota(
    autoscaled: list[dict[str, Any]],
) -> None:
    for workload in of_kind(autoscaled, "Deployment"):
        resources = container(workload)["resources"]
        assert resources["requests"]["cpu"] == resources["limits"]["cpu"]


def test_a_fixed_store_has_no_autoscaler(build: Build, arm: Arm) -> None:
    fixed = build(f"overlays/{arm.architecture}-fixed")
    assert not of_kind(fixed, "HorizontalPodAutoscaler")
