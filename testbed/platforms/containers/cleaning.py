"""Removes what an engine has of a run, found by its name."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

from docker import DockerClient
from docker.errors import APIError, NotFound

from experiment.errors import InputError, RunError
from testbed.platforms.containers import engine, swarm
from testbed.platforms.containers.yard import remove_all, remove_network

WITHIN_S = 60.0
_POLL_S = 0.2
_LOOKS_WITHOUT_ANY = 2


def prefix_of(run: str) -> str:
    """With it begin the names of all that a run has the engine make."""
    return f"twinstack-{run}"


def remove_run_of(run: str) -> list[str]:
    """Remove what is left of a run whose owner is gone; says in sentences what was done.

    RunError where the engine does not answer: then nobody knows, and somebody has to ask again.
    """
    try:
        client = engine.connect()
    except InputError as error:
        raise RunError(f"Containers of run {run} may be left: {error}") from error
    with closing(client):
        return remove_run(client, run)


def leave_swarm(*, had_gateway: bool) -> list[str]:
    """Leave the Swarm of a run whose owner is gone; says so in a sentence, if there was one."""
    with closing(engine.connect()) as client:
        was_active = swarm.is_active(client)
        swarm.leave(client, had_gateway=had_gateway)
    return ["Left the Swarm."] if was_active else []


def remove_run(client: DockerClient, run: str) -> list[str]:
    """Remove all of a run, until nothing new turns up: the engine may be just making something."""
    said: list[str] = []
    quiet, until = 0, time.monotonic() + WITHIN_S
    while quiet < _LOOKS_WITHOUT_ANY:
        removed = _remove_once(client, prefix_of(run))
        said += removed
        quiet = 0 if removed else quiet + 1
        if time.monotonic() > until:
            raise RunError(f"The engine goes on to make containers of run {run}.")
        time.sleep(_POLL_S)
    return said


def _remove_once(client: DockerClient, prefix: str) -> list[str]:
    """Containers go before the networks and volumes that they use."""
    services = _remove_services(client, {"name": f"{prefix}-"})
    containers = client.containers.list(
        all=True, filters={"name": f"^/?{prefix}-"}, ignore_removed=True
    )
    remove_all(containers)
    networks = client.networks.list(filters={"name": f"^{prefix}-"})
    volumes = [each for each in client.volumes.list() if each.name.startswith(f"{prefix}-")]
    return [
        *(f"Removed the service {name}." for name in services),
        *(f"Removed the container {each.name}." for each in containers),
        *_removed("network", ((each.name, partial(remove_network, each)) for each in networks)),
        *_removed("volume", ((each.name, each.remove) for each in volumes)),
    ]


def _remove_services(client: DockerClient, filters: dict[str, Any]) -> list[str]:
    """Also returns when the engine is in no Swarm, where there are no services."""
    if not swarm.is_active(client):
        return []
    services = client.services.list(filters=filters)
    for service in services:
        service.remove()
    return [str(service.name) for service in services]


def _removed(kind: str, things: Iterable[tuple[str | None, Callable[[], object]]]) -> Iterator[str]:
    for name, remove in things:
        try:
            is_kept = remove() is False
        except NotFound:  # another cleaner was faster
            continue
        except APIError as error:
            raise RunError(f"The engine keeps the {kind} {name}: {error.explanation}.") from error
        if not is_kept:
            yield f"Removed the {kind} {name}."


def remove_forgotten(client: DockerClient) -> None:
    """Remove networks that the engine kept, though they were empty, when their runs ended.

    What it had miscounted it counts anew when it starts; until then each takes one of the some
    thirty ranges of addresses that it has to give.
    """
    for network in client.networks.list(filters={"label": engine.OWNER}):
        owner = int(network.attrs["Labels"][engine.OWNER])
        if not Path(f"/proc/{owner}").exists():
            with suppress(APIError):  # still miscounted, or an interrupted run's, which has others
                network.remove()
