"""What is inside the images, and what is not."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from composed import output_of
from images import EVERYTHING, PROCESSES, SERVICES, SHARED, image, packages_of

Look = Callable[[str], Mapping[str, Any]]


def _rooms(service: str) -> tuple[str, ...]:
    web = ["store.web."] if service == "storefront" else []
    return (f"microservices.{service}.", "microservices.calls.", "store.runtime.", *web)


def _may_hold(service: str, module: str) -> bool:
    """What is shared comes with the packages that it lies in."""
    exact = {*SHARED[service], "microservices.service"}
    return f"{module}.".startswith(_rooms(service)) or any(
        f"{each}.".startswith(f"{module}.") for each in exact
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_holds_its_own_code_its_rules_and_the_runtime(look: Look, service: str) -> None:
    modules = set(look(service)["modules"])
    surplus = {module for module in modules if not _may_hold(service, module)}
    assert surplus <= {"store"}
    assert {f"microservices.{service}.app", *SHARED[service]} <= modules


def test_the_monolith_holds_no_service(look: Look) -> None:
    rooms = {module.partition(".")[0] for module in look("monolith")["modules"]}
    assert rooms == {"monolith", "store"}


def test_the_provider_holds_nothing_of_either_store(look: Look) -> None:
    rooms = {".".join(module.split(".")[:2]) for module in look("payment-provider")["modules"]}
    assert rooms == {"store", "store.payment_provider", "store.runtime"}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_brings_the_packages_that_it_imports_and_no_others(look: Look, name: str) -> None:
    assert set(look(name)["packages"]) == packages_of(name)


@pytest.mark.parametrize("name", EVERYTHING)
def test_no_image_brings_tests_or_build_tools(look: Look, name: str) -> None:
    required = ["pytest"] if name == "load" else []  # by Locust
    assert (look(name)["tests"], look(name)["tools"]) == ([], required)


@pytest.mark.parametrize("name", EVERYTHING)
def test_all_code_is_compiled_because_nothing_can_be_written_later(look: Look, name: str) -> None:
    assert look(name)["uncompiled"] == []


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_image_runs_as_somebody_without_rights(look: Look, name: str) -> None:
    assert look(name)["uid"] == 10001


def _configuration(name: str) -> dict[str, object]:
    """All that an image tells its engine, without what names the process."""
    (inspected,) = json.loads(output_of(["docker", "inspect", image(name)]))
    config = inspected["Config"]
    names_itself = ("TWINSTACK_ROLE=", "TWINSTACK_APP=")
    return {
        **{
            part: config[part]
            for part in ("Cmd", "Entrypoint", "User", "WorkingDir", "Healthcheck")
        },
        "Env": [each for each in config["Env"] if not each.startswith(names_itself)],
    }


def _steps(name: str) -> list[str]:
    """The commands that made an image, without checksums and the name of the process."""
    history = output_of(
        ["docker", "history", "--no-trunc", "--format", "{{.CreatedBy}}", image(name)]
    )
    nameless = re.sub(rf"\S*\b{re.escape(name)}\b\S*", "NAME", history)
    return re.sub(r"(dir|file|multi):[0-9a-f]{64}", "COPIED", nameless).splitlines()


@pytest.mark.parametrize("service", SERVICES)
def test_services_and_monolith_differ_in_nothing_but_what_is_copied(service: str) -> None:
    assert _configuration(service) == _configuration("monolith")
    assert _steps(service) == _steps("monolith")
