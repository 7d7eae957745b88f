"""The container engine of this machine, asked through its API."""

import os
import socket
from collections.abc import Collection, Mapping

import docker
from docker import DockerClient
from docker.errors import DockerException, ImageNotFound

from experiment.errors import InputError
from testbed.janitor import Belongings

RUN = "twinstack.run"
OWNER = "twinstack.owner"
DEPLOYMENT = "twinstack.deployment"
ANSWERS_WITHIN_S = 60
UNIX = "unix://"
USUAL = f"{UNIX}/var/run/docker.sock"
TAG = "TWINSTACK_TAG"
IMAGES_REMEDY = "make images builds them."


def connect() -> DockerClient:
    """The engine; InputError, with what to do, where none answers or it is elsewhere."""
    host = os.environ.get("DOCKER_HOST", USUAL)
    if not host.startswith(UNIX):
        raise InputError(
            f"The container engine has to be on this machine, and DOCKER_HOST is {host}."
        )
    try:
        # The library would leave its own socket open where nobody answers.
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(host.removeprefix(UNIX))
        return docker.from_env(timeout=ANSWERS_WITHIN_S)
    except (DockerException, OSError) as error:
        raise InputError(
            f"No container engine answers at {host} ({error}): install Docker and start it, "
            "and see that you may use its socket."
        ) from error


def image_of(service: str) -> str:
    return f"twinstack-{service}:{os.environ.get(TAG, 'latest')}"


def require_images(client: DockerClient, services: Collection[str]) -> None:
    """InputError that names the images that are not there, and how to get them."""
    if missing := [service for service in services if not _has(client, image_of(service))]:
        names = ", ".join(image_of(service) for service in missing)
        raise InputError(f"The engine has no image {names}: {IMAGES_REMEDY}")


def _has(client: DockerClient, image: str) -> bool:
    try:
        client.images.get(image)
    except ImageNotFound:
        return False
    return True


def labels(belongings: Belongings) -> Mapping[str, str]:
    """What everything of a run has to carry, so that it is found when its owner is gone."""
    return {RUN: belongings.file.stem, OWNER: str(os.getpid())}
