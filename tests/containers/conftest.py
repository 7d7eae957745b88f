"""Both stores as docker/compose.yml starts them, for every test that asks for them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "contract"))
sys.path.insert(0, str(Path(__file__).parent))

from composed import Composed, output_of, python_command  # noqa: E402 - see above
from images import image  # noqa: E402 - see above

from testbed.platforms.containers.compose import small_networks  # noqa: E402 - the same

ARCHITECTURES = ("monolith", "microservices")
SERVES_WITHIN_S = 60.0
STORE_UP_WITHIN_S = 400
"""The first test that asks for a store waits for all of its containers."""
ANY_PORT = {f"TWINSTACK_{name}_PORT": "0" for name in ("MONOLITH", "MICROSERVICES", "LOAD")}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.docker)
            item.add_marker(pytest.mark.timeout(STORE_UP_WITHIN_S))


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """Skips, with the sentence that says what is missing, where there is no engine."""
    checked = subprocess.run(
        [sys.executable, ROOT / "docker" / "engine.py", "check"],
        check=False,
        capture_output=True,
        text=True,
    )
    if checked.returncode != 0:
        pytest.skip(checked.stderr.strip())


@pytest.fixture(scope="session")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Composed]]:
    """The running store of an architecture, started once; each is a project of its own."""
    running: dict[str, Composed] = {}
    # An engine's thirty networks are enough for one project.
    addresses = tmp_path_factory.mktemp("addresses") / "networks.json"
    addresses.write_text(json.dumps(small_networks(0)), encoding="utf-8")
    more = {"monolith": [addresses], "microservices": []}

    def store(architecture: str) -> Composed:
        if architecture not in running:
            running[architecture] = Composed(
                [ROOT / "docker" / "compose.yml", *more[architecture]],
                architecture,
                project=f"twinstack-test-{os.getpid()}-{architecture}",
                environment={
                    **os.environ,
                    **ANY_PORT,
                    "TWINSTACK_TARGET": f"edge-{architecture}",
                },
            )
            running[architecture].up()
            _await_answer(running[architecture].url)
        return running[architecture]

    try:
        yield store
    finally:
        for each in running.values():
            each.down()


def _await_answer(url: str) -> None:
    until = time.monotonic() + SERVES_WITHIN_S
    while True:
        try:
            requests.get(f"{url}/api/products", timeout=5).raise_for_status()
        except requests.RequestException:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


@pytest.fixture(scope="session", params=ARCHITECTURES)
def store(request: pytest.FixtureRequest, composed: Callable[[str], Composed]) -> Composed:
    """A test that asks for it runs against both architectures."""
    return composed(request.param)


@pytest.fixture(scope="session")
def services(composed: Callable[[str], Composed]) -> Composed:
    return composed("microservices")


@pytest.fixture(scope="session")
def look() -> Callable[[str], Mapping[str, Any]]:
    """What is in the image of a name, seen from inside a container without a network."""

    @cache
    def found(name: str) -> Mapping[str, Any]:
        alone = ["docker", "run", "--rm", "--network", "none", "--read-only"]
        command, *arguments = python_command("look.py")
        entered = [*alone, "--entrypoint", command, image(name), *arguments]
        return dict(json.loads(output_of(entered)))

    return found
