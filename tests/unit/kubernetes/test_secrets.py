"""Passwords are drawn anew, one for each that needs one."""

import subprocess
import sys
from itertools import count

import pytest
import yaml

from experiment.errors import InputError
from testbed.platforms.kubernetes import secrets

OWNERS = ["accounts", "carts"]


def test_no_two_passwords_are_the_same() -> None:
    drawn = [v for content in secrets.passwords(OWNERS).values() for v in content.values()]
    assert len(set(drawn)) == len(drawn) == 7


def test_what_owners_share_is_the_superuser_of_their_one_server() -> None:
    numbers = count()
    made = secrets.passwords(OWNERS, one_server=True, draw=lambda: str(next(numbers)))
    one, other = made["database-accounts"], made["database-carts"]
    assert one["admin-password"] == other["admin-password"]
    assert one["password"] != other["password"]


def test_each_secret_that_a_store_refers_to_is_made() -> None:
    for architecture in ("monolith", "microservices"):
        done = subprocess.run(
            [sys.executable, "-m", "testbed.platforms.kubernetes.secrets", architecture],
            capture_output=True,
            check=True,
        )
        made = {each["metadata"]["name"] for each in yaml.safe_load(done.stdout)["items"]}
        owners = secrets.owners_of(architecture)
        assert made == {"store", *(f"database-{owner}" for owner in owners)}


def test_a_store_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="monolith or microservices"):
        secrets.main(["trilith"])
