"""The container engine of this machine, asked through its API."""

import os
import socket
from collections.abc import Collection, Iterable, Mapping

import docker
from docker import DockerClient
from docker.errors import DockerException, ImageNotFound

from experiment.errors import InputError
from testbed.janitor import Belongings
from testbed.sources import IN_IMAGES, LABEL, ROOT, hash_of_sources

RUN = "twinstack.run"
OWNER = "twinstack.owner"
DEPLOYMENT = "twinstack.deployment"
ANSWERS_WITHIN_S = 60
UNIX = "unix://"
USUAL = f"{UNIX}/var/run/docker.sock"
TAG = "TWINSTACK_TAG"


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
    """InputError that names the images that are not there or not of these sources.

    Code that is no longer here would be measured otherwise, under the name of the code that is.
    """
    of_images = {service: _sources_of(client, image_of(service)) for service in services}
    if missing := [service for service, sources in of_images.items() if sources is None]:
        raise InputError(f"The engine has no image {_named(missing)}: make images builds them.")
    here = hash_of_sources(ROOT, IN_IMAGES)
    if stale := [service for service, sources in of_images.items() if sources != here]:
        raise InputError(
            f"{_named(stale)} was built from other sources than are here: make images builds anew."
        )


def _sources_of(client: DockerClient, image: str) -> str | None:
    """The hash of what it was built from, empty if it does not say; None without such an image."""
    try:
        return str(client.images.get(image).labels.get(LABEL, ""))
    except ImageNotFound:
        return None


def _named(services: Iterable[str]) -> str:
    return ", ".join(image_of(service) for service in services)


def labels(belongings: Belongings) -> Mapping[str, str]:
    """What everything of a run has to carry, so that it is found when its owner is gone."""
    return {RUN: belongings.file.stem, OWNER: str(os.getpid())}
