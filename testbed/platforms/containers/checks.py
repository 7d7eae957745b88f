"""Whether the platforms of containers work here: for the doctor, and before anything starts."""

import subprocess

from docker import DockerClient
from experiment.errors import InputError
from store.payment_provider.client import PAYMENT_PROVIDER
from testbed.platforms.containers import engine
from testbed.platforms.containers.compose import command

SERVICES = ("monolith", PAYMENT_PROVIDER, "database", "edge")
"""Whose images tell whether any were built; those of a deployment are asked for when it starts."""


def compose() -> str:
    """What platform ``compose`` runs on; InputError, in a sentence, why it does not work."""
    client = engine.connect()
    try:
        return require_compose(client)
    finally:
        client.close()


def require_compose(client: DockerClient) -> str:
    """The same of an engine that answers."""
    arguments = command()
    engine.require_images(client, SERVICES)
    told = subprocess.run(
        [*arguments, "version", "--short"], check=False, capture_output=True, text=True
    )
    if told.returncode != 0:
        raise InputError(f"{' '.join(arguments)} does not tell its version: {told.stderr.strip()}")
    return f"Docker {client.version()['Version']}, Compose {told.stdout.strip()}"
