from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from experiment.policies import LEVELS
from experiment.policies import Policies as Planned
from experiment.scenario import load_scenario
from experiment.store import Arm
from store.runtime.database import Waits
from store.runtime.policies import PATIENCE_S, Policies
from store.runtime.settings import Settings
from testbed.deploying import deployment_of
from testbed.platforms.store.blueprint import Blueprint
from testbed.scenarios import FOLDER

SCENARIO = load_scenario(FOLDER / "outage-one-service.toml")


def in_force(**planned: Any) -> Policies:
    """As it reaches the processes of an arm."""
    arm = Arm(name="a", architecture="monolith", policies=Planned(**planned))
    scenario = SCENARIO.model_copy(update={"arms": (arm, SCENARIO.arms[1])})
    deployment = deployment_of(scenario, arm)
    return Blueprint(deployment, Path("/run"), {}).policies


def test_nobody_works_longer_on_a_request_than_its_client_waits() -> None:
    assert in_force(level="all").request_s == SCENARIO.load.deadline_s
    assert in_force(level="all", request_s=2.5).request_s == 2.5


def test_what_is_planned_and_what_is_in_force_have_the_same_names_and_defaults() -> None:
    assert in_force() == Policies(request_s=SCENARIO.load.deadline_s)
    assert set(Planned.model_fields) - {"level"} == set(Policies.model_fields)


def test_an_arm_has_the_policies_that_the_stores_have_by_themselves() -> None:
    assert Arm(name="services", architecture="microservices").policies == Planned(level="default")


def test_off_leaves_nothing_on() -> None:
    assert in_force(level="off", request_s=5.0) == Policies(
        deadline="off", breaker="off", bulkhead="off", fallback=False
    )


def test_timeouts_are_the_default_without_the_rest() -> None:
    assert in_force(level="timeouts", request_s=5.0) == Policies(
        breaker="off", bulkhead="off", fallback=False
    )


def test_all_changes_every_kind_but_fallback_which_is_on_anyway() -> None:
    kinds = set(Policies.model_fields) - {"request_s"}
    assert set(LEVELS["all"]) == kinds - {"fallback"}
    assert in_force(level="all").fallback


def test_a_single_policy_overrides_its_level() -> None:
    assert in_force(level="off", request_s=5.0, retry="naive") == Policies(
        deadline="off", retry="naive", breaker="off", bulkhead="off", fallback=False
    )


def test_policies_survive_the_plan_in_which_they_are_recorded() -> None:
    planned = Planned.model_validate({"level": "all", "retry": "naive"})
    assert Planned.model_validate_json(planned.model_dump_json()) == planned


@pytest.mark.parametrize("wrong", [{"level": "some"}, {"breaker": True}, {"jitter": 1}])
def test_a_policy_that_does_not_exist_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Planned.model_validate(wrong)


def test_policies_reach_a_process_as_one_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        role="carts", instance="carts-1", secret="s", policies=in_force(level="all"), threads=7
    )
    assert "TWINSTACK_POLICIES" in settings.environment()
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings.from_environment() == settings


@pytest.mark.parametrize(
    ("planned", "waits"),
    [
        ({}, Waits()),
        ({"level": "off"}, Waits(connection_s=PATIENCE_S)),
        ({"level": "timeouts"}, Waits()),
        ({"level": "all", "request_s": 2.5}, Waits(statement_s=2.5)),
    ],
)
def test_waits_for_the_database_follow_the_deadlines(planned: Any, waits: Waits) -> None:
    assert Waits.of(in_force(**planned)) == waits
