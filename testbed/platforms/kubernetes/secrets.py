"""Passwords of a store, made when it is: ``python -m testbed.platforms.kubernetes.secrets``.

``... secrets monolith | kubectl apply -n twinstack-monolith -f -`` makes them for a store that is
applied by hand. They are nowhere but in the cluster.
"""

import json
import secrets
import sys
from collections.abc import Callable, Iterable
from typing import get_args

from experiment.errors import InputError
from experiment.store import Architecture
from store.runtime.settings import Secret
from testbed.deploying import deployables_of
from testbed.platforms.kubernetes.cluster import Object

STORE = "store"
"""The Secret of what processes share."""
ADMIN_PASSWORD = "admin-password"  # noqa: S105 - the same
PASSWORD = "password"  # noqa: S105 - the same


def passwords(
    owners: Iterable[str],
    *,
    one_server: bool = False,
    draw: Callable[[], str] = lambda: secrets.token_hex(16),
) -> dict[str, dict[str, str]]:
    """Content by name of the Secret; what servers share has one superuser."""
    shared = draw()
    return {STORE: {entry(name): draw() for name in get_args(Secret)}} | {
        f"database-{owner}": {
            ADMIN_PASSWORD: shared if one_server else draw(),
            PASSWORD: draw(),
        }
        for owner in owners
    }


def entry(name: Secret) -> str:
    """Where it is in the Secret of the store."""
    return name.replace("_", "-")


def manifest(contents: dict[str, dict[str, str]]) -> Object:
    items = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": content}
        for name, content in contents.items()
    ]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def owners_of(architecture: Architecture) -> list[str]:
    return [each.role for each in deployables_of(architecture) if each.create_data is not None]


def main(arguments: list[str]) -> None:
    known: dict[str, Architecture] = {name: name for name in get_args(Architecture)}
    if len(arguments) != 1 or arguments[0] not in known:
        raise InputError(f"Name one of the stores: {' or '.join(known)}.")
    json.dump(manifest(passwords(owners_of(known[arguments[0]]))), sys.stdout)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
