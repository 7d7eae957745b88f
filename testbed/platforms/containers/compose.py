"""``docker/compose.yml`` as the mould of containers: made by Compose, looked at, never started."""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from docker import DockerClient

from experiment.errors import InputError, RunError
from microservices.deployables import DEPLOYABLES as SERVICES
from monolith.deployables import DEPLOYABLES as MONOLITH
from store.payment_provider.client import PAYMENT_PROVIDER
from testbed.platforms.containers.yard import BENCHMARKING, remove_all

FILE = Path(__file__).parents[3] / "docker" / "compose.yml"
SECRETS = FILE.parent / "secrets"
PROVIDER_OF_MONOLITH = f"{PAYMENT_PROVIDER}-of-monolith"
"""The provider is in both stores, which must not meet there."""
PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
WITHIN_S = 300
_PREFIX = 29
_SUBNETS = 2 ** (_PREFIX - BENCHMARKING.prefixlen)
Moulds = Mapping[str, Mapping[str, Any]]
"""By service."""
_LAST_CHARACTERS = 1_000


def command() -> list[str]:
    """Compose's command line; InputError where there is none."""
    plugin = ["docker", "compose"]
    if shutil.which("docker") and _works([*plugin, "version"]):
        return plugin
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    raise InputError(
        "Compose is missing: install the plugin docker-compose-plugin, or docker-compose."
    )


def _works(arguments: Sequence[str]) -> bool:
    return subprocess.run(arguments, check=False, capture_output=True).returncode == 0


def moulds(
    client: DockerClient,
    project: str,
    architecture: str,
    services: Sequence[str],
    environment: Mapping[str, str],
) -> Moulds:
    """What the engine tells of a container of each service as Compose makes it.

    Nothing of the project is left. RunError with Compose's words where it cannot make them.
    """
    try:
        _make(project, architecture, services, environment)
        return {service: _mould(client, project, service) for service in services}
    finally:
        remove_project(client, project)


def _make(
    project: str, profile: str, services: Sequence[str], environment: Mapping[str, str]
) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as addresses:
        json.dump(small_networks(secrets.randbelow(_SUBNETS - 2**8)), addresses)
        addresses.flush()
        made = subprocess.run(
            [
                *command(), "--file", str(FILE), "--file", addresses.name,
                "--project-name", project, "--profile", profile,
                "up", "--no-start", "--no-build", "--no-deps", *services,
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            env={**os.environ, **environment},
        )  # fmt: skip
    if made.returncode != 0:
        said = made.stderr[-_LAST_CHARACTERS:].strip()
        raise RunError(f"Compose could not make the containers of {project}: {said}")


def small_networks(first: int) -> dict[str, Any]:
    """What gives all networks of the file a few addresses each, from the ``first`` subnet on.

    An engine has thirty larger ones to give, all in all; Compose makes two dozen for both stores.
    """
    deployables = (*MONOLITH, *SERVICES)
    callees = [*(each.role for each in deployables), PAYMENT_PROVIDER, PROVIDER_OF_MONOLITH]
    owners = [each.role for each in deployables if each.create_data is not None]
    names = ["public", *(f"to-{name}" for name in callees), *(f"data-{name}" for name in owners)]
    subnets = islice(BENCHMARKING.subnets(new_prefix=_PREFIX), first, None)
    return {
        "networks": {
            name: {"ipam": {"config": [{"subnet": str(subnet)}]}}
            for name, subnet in zip(names, subnets, strict=False)
        }
    }


def _mould(client: DockerClient, project: str, service: str) -> Mapping[str, Any]:
    labels = [f"{PROJECT}={project}", f"{SERVICE}={service}"]
    found = client.containers.list(all=True, filters={"label": labels})
    if not found:
        raise RunError(f"{FILE.name} has made no container of {service}.")
    attributes: dict[str, Any] = found[0].attrs
    return attributes


def remove_project(client: DockerClient, project: str) -> None:
    """Remove what Compose has made of it; networks and volumes that nobody uses are many."""
    label: dict[str, Any] = {"label": f"{PROJECT}={project}"}
    remove_all(client.containers.list(all=True, filters=label, ignore_removed=True))
    for network in client.networks.list(filters=label):
        network.remove()
    for volume in client.volumes.list(filters=label):
        volume.remove(force=True)
