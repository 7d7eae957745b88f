"""The environment of this process and of those that it starts."""

import os
from collections.abc import Iterable

DATABASE_CLIENTS = "PG"
"""Prefix of libpq's variables. They name server, port, user or options of the user's own database,
and libpq takes them as defaults for every connection."""


def drop_settings_of_other_programs() -> None:
    """Forget what the user has set for programs whose libraries we use."""
    for name in [name for name in os.environ if name.startswith(DATABASE_CLIENTS)]:
        del os.environ[name]


def passed_on(names: Iterable[str]) -> dict[str, str]:
    """Those variables of ours that are set."""
    return {name: os.environ[name] for name in names if name in os.environ}
