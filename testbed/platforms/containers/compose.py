"""``docker/compose.yml`` as the mould of containers: made by Compose, never started."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker import DockerClient
from docker.models.networks import Network

from experiment.errors import InputError, RunError

FILE = Path(__file__).parents[3] / "docker" / "compose.yml"
PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
NETWORK = "com.docker.compose.network"
WITHIN_S = 300
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


@dataclass(frozen=True)
class Project:
    """Containers and networks of one deployment as Compose has made them."""

    name: str
    client: DockerClient

    def make(self, profile: str, services: Sequence[str], environment: Mapping[str, str]) -> None:
        """Make a container of each service, and the networks; RunError with Compose's words."""
        made = subprocess.run(
            [
                *command(), "--file", str(FILE), "--project-name", self.name,
                "--profile", profile, "up", "--no-start", "--no-build", "--no-deps", *services,
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            env={**os.environ, **environment},
        )  # fmt: skip
        if made.returncode != 0:
            said = made.stderr[-_LAST_CHARACTERS:].strip()
            raise RunError(f"Compose could not make the containers of {self.name}: {said}")

    def mould(self, service: str) -> dict[str, Any]:
        """What the engine tells of the service's container."""
        labels = [f"{PROJECT}={self.name}", f"{SERVICE}={service}"]
        found = self.client.containers.list(all=True, filters={"label": labels})
        if not found:
            raise RunError(f"{FILE.name} has made no container of {service}.")
        attributes: dict[str, Any] = found[0].attrs
        return attributes

    def network(self, name: str) -> Network:
        """By its name in the file."""
        labels = [f"{PROJECT}={self.name}", f"{NETWORK}={name}"]
        found = self.client.networks.list(filters={"label": labels})
        if not found:
            raise RunError(f"{FILE.name} has made no network {name}.")
        return found[0]
