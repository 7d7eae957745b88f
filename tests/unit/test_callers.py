"""Who may ask what of a service, and which process is given which secret."""

from pathlib import Path
from typing import Any, get_args

import pytest
from flask.testing import FlaskClient

import microservices
import monolith
from microservices.deployables import DEPLOYABLES as SERVICES
from microservices.service import create_service
from monolith.deployables import DEPLOYABLES as MONOLITH
from store.runtime.callers import TOKEN_HEADER, bearing
from store.runtime.deployable import Deployable
from store.runtime.settings import Secret, Settings, SettingsError
from testbed.deploying import plain_deployment
from testbed.platforms.store.blueprint import Blueprint
from tests.conftest import SMALL_SAMPLE

TOKEN = "a token for tests"
WRONG = [None, "", TOKEN[:-1], f"{TOKEN}!", TOKEN.upper(), "tökên"]
SIGNS = ("service.tokens", "Tokens(")


def _client(monkeypatch: pytest.MonkeyPatch, **given: Any) -> FlaskClient:
    settings = Settings(role="carts", instance="carts-1", **given)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    app = create_service("carts").app

    @app.get("/internal/x")
    @app.get("/api/x")
    def answer() -> dict[str, str]:
        return {"kept": "safe"}

    return app.test_client()


@pytest.mark.parametrize("token", WRONG)
def test_internal_paths_are_refused_without_the_token(
    monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    client = _client(monkeypatch, service_token=TOKEN)
    headers = {} if token is None else {TOKEN_HEADER: token}
    for path in ("/internal/x", "//internal/x", "/internal//x", "/internal/none", "/internal"):
        answer = client.get(headers=headers, environ_overrides={"PATH_INFO": path})
        assert (answer.status_code, answer.content_type) == (403, "application/problem+json"), path
        assert b"safe" not in answer.data


def test_a_service_that_holds_the_token_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    client = _client(monkeypatch, service_token=TOKEN)
    assert client.get("/internal/x", headers=bearing(TOKEN)).json == {"kept": "safe"}


def test_without_a_token_of_its_own_a_service_lets_nobody_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = _client(monkeypatch)
    for token in ("", TOKEN, "None"):
        assert client.get("/internal/x", headers={TOKEN_HEADER: token}).status_code == 403


def test_what_is_public_takes_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    client = _client(monkeypatch, service_token=TOKEN)
    assert client.get("/api/x").status_code == client.get("/readyz").status_code == 200


@pytest.mark.parametrize("token", ["", "short"])
def test_a_token_that_could_be_guessed_is_no_setting(
    monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    environment = {"ROLE": "carts", "INSTANCE": "carts-1", "SERVICE_TOKEN": token}
    for name, value in environment.items():
        monkeypatch.setenv(f"TWINSTACK_{name}", value)
    with pytest.raises(SettingsError, match="TWINSTACK_SERVICE_TOKEN"):
        Settings.from_environment()


def test_a_process_that_lacks_what_it_needs_says_what() -> None:
    with pytest.raises(SettingsError, match="TWINSTACK_PROVIDER_TOKEN"):
        Settings(role="payments", instance="payments-1").required("provider_token")


def _code(deployable: Deployable) -> str:
    package = microservices if deployable in SERVICES else monolith
    folder = Path(package.__file__ or "").parent
    if deployable in SERVICES:
        folder /= deployable.role
    files = (file for file in folder.rglob("*.py") if not file.name.startswith("deployable"))
    return "".join(file.read_text("utf-8") for file in files)


@pytest.mark.parametrize("deployable", [*MONOLITH, *SERVICES], ids=lambda each: each.role)
def test_a_process_gets_the_secrets_that_its_code_uses_and_no_others(
    deployable: Deployable,
) -> None:
    code = _code(deployable)
    used: dict[Secret, bool] = {
        "secret": any(word in code for word in SIGNS),
        "service_token": "/internal" in code,
        "provider_token": "ProviderClient(" in code,
    }
    assert set(deployable.secrets) == {name for name, is_used in used.items() if is_used}


@pytest.mark.parametrize("architecture", ["monolith", "microservices"])
def test_a_deployment_hands_out_secrets_of_its_own(tmp_path: Path, architecture: Any) -> None:
    deployment = plain_deployment(architecture, SMALL_SAMPLE)
    one, other = Blueprint(deployment, tmp_path, {}), Blueprint(deployment, tmp_path, {})
    assert set(one.secrets.values()).isdisjoint(other.secrets.values())
    assert len(set(one.secrets.values())) == len(get_args(Secret))
    needed = {each.role: set(each.secrets) for each in deployment.deployables}
    for plan in (*one.instances(), one.provider()):
        held = plan.settings.model_dump(include=set(get_args(Secret)), exclude_none=True)
        assert held.keys() == needed.get(plan.role, {"provider_token"})
        assert not [value for value in held.values() if value in repr(plan)]
