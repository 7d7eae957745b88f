"""With what services call each other is a factor of an arm: it reaches them, and is declared."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from experiment.errors import InputError
from experiment.scenario import Scenario
from experiment.store import Arm, HttpClient
from store.runtime.settings import ClientName, Settings
from testbed.deploying import deployment_of
from testbed.planning import factors_of
from testbed.platforms.kubernetes import overlay
from testbed.platforms.store.blueprint import Blueprint
from testbed.scenarios import FOLDER, find

SCENARIO = find("outage-one-service")
LEAN = Arm(name="lean", architecture="microservices", client="http.client")


def with_arms(*arms: Arm) -> Scenario:
    return SCENARIO.model_copy(update={"arms": arms})


def test_what_is_planned_and_what_processes_know_have_the_same_names() -> None:
    assert get_args(HttpClient) == get_args(ClientName)


def test_each_process_of_an_arm_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Platforms hand this environment to processes, and to containers."""
    blueprint = Blueprint(deployment_of(with_arms(LEAN), LEAN), Path("/run"), {})
    told = [plan.settings.environment()["TWINSTACK_CLIENT"] for plan in blueprint.instances()]
    assert told == 10 * ["http.client"]
    for name, value in next(iter(blueprint.instances())).settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings.from_environment().client == "http.client"


def test_pods_are_told_as_well() -> None:
    deployment = deployment_of(with_arms(LEAN), LEAN)
    assert overlay.settings(deployment)["TWINSTACK_CLIENT"] == "http.client"


def test_arms_that_say_nothing_have_the_library_that_teams_use() -> None:
    assert Arm(name="a", architecture="microservices").client == "urllib3"


def test_the_clients_of_all_arms_of_services_are_among_the_factors() -> None:
    usual = Arm(name="usual", architecture="microservices")
    name = "HTTP client between services"
    assert factors_of(with_arms(*SCENARIO.arms[:1], usual))[name] == "urllib3 in usual"
    assert factors_of(with_arms(LEAN, usual))[name] == "http.client in lean; urllib3 in usual"
    alone = Arm(name="alone", architecture="monolith")
    assert name not in factors_of(with_arms(alone, alone.model_copy(update={"name": "again"})))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('client = "requests"', "arms.1.client: Input should be 'urllib3' or 'http.client'"),
        ("client = 3", "arms.1.client: Input should be 'urllib3' or 'http.client'"),
    ],
)
def test_another_client_is_refused_in_one_sentence(line: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says):
        find(str(_written(tmp_path, "microservices", line)))


def test_a_monolith_has_no_client_between_its_modules(tmp_path: Path) -> None:
    says = "arms.0: monolith is a monolith, whose modules call each other in one process; only"
    with pytest.raises(InputError, match=says):
        find(str(_written(tmp_path, "monolith", 'client = "http.client"')))
    with pytest.raises(ValidationError):
        Arm(name="a", architecture="monolith", client="http.client")


def _written(folder: Path, architecture: str, line: str) -> Path:
    text = (FOLDER / "noisy-neighbour.toml").read_text(encoding="utf-8")
    said = f'architecture = "{architecture}"'
    assert text.count(said) == 1
    file = folder / "noisy-neighbour.toml"
    file.write_text(text.replace(said, f"{said}\n{line}"), encoding="utf-8")
    return file
