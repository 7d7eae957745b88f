"""Whether the platforms of containers work here: for the doctor, and before anything starts."""

import subprocess
from contextlib import closing

from docker import DockerClient

from experiment.errors import InputError
from store.payment_provider.client import PAYMENT_PROVIDER
from testbed.platforms.containers import engine
from testbed.platforms.containers.compose import SECRETS, command
from testbed.platforms.containers.swarm import endpoint_mode

SERVICES = ("monolith", PAYMENT_PROVIDER, "database", "edge")
"""Whose images tell whether any were built; those of a deployment are asked for when it starts."""


def compose() -> str:
    """What platform ``compose`` runs on; InputError, in a sentence, why it does not work."""
    with closing(engine.connect()) as client:
        return require_compose(client)


def swarm() -> str:
    """The same of platform ``swarm``."""
    with closing(engine.connect()) as client:
        return require_swarm(client)


def require_swarm(client: DockerClient) -> str:
    found = require_compose(client)
    state = client.info()["Swarm"]
    if state["LocalNodeState"] == "active" and not state["ControlAvailable"]:
        raise InputError("The engine is a worker of a Swarm; platform swarm takes a manager.")
    if state.get("Nodes", 0) > 1:
        raise InputError("The engine's Swarm has several nodes; platform swarm takes one of one.")
    known = "made for the run" if state["LocalNodeState"] == "inactive" else "there already"
    return f"{found}, Swarm {known}, endpoint mode {endpoint_mode()}"


def require_compose(client: DockerClient) -> str:
    """The same of an engine that answers."""
    arguments = command()
    if not SECRETS.is_dir():
        raise InputError(f"The folder {SECRETS} with passwords is missing: make images makes it.")
    engine.require_images(client, SERVICES)
    told = subprocess.run(
        [*arguments, "version", "--short"], check=False, capture_output=True, text=True
    )
    if told.returncode != 0:
        raise InputError(f"{' '.join(arguments)} does not tell its version: {told.stderr.strip()}")
    return f"Docker {client.version()['Version']}, Compose {told.stdout.strip()}"
