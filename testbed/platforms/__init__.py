"""Where and how a store runs; one folder per platform."""

from experiment.errors import InputError
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.platform import Platform

PLATFORMS = ("local", "compose", "swarm")


def open_platform(name: str, address: str = "127.0.0.1") -> Platform:
    """The platform of that name, to be used in a ``with`` block; InputError for an unknown one.

    ``address``: where stores on platform ``local`` listen for their clients.
    """
    match name:
        case "local":
            return LocalPlatform(address=address)
        case "compose":
            return _compose()
        case "swarm":
            return _swarm()
    raise InputError(f"There is no platform {name!r}; there are {', '.join(PLATFORMS)}.")


def _compose() -> Platform:
    # The engine's library takes longer to load than a command has to wait that needs none.
    from testbed.platforms.containers.platform import ComposePlatform  # noqa: PLC0415 - see above

    return ComposePlatform()


def _swarm() -> Platform:
    from testbed.platforms.containers.swarm_platform import SwarmPlatform  # noqa: PLC0415 - as above

    return SwarmPlatform()
