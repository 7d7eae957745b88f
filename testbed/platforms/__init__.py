"""Where and how a store runs; one folder per platform."""

from experiment.errors import InputError
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.platform import Platform


def open_platform(name: str, address: str = "127.0.0.1") -> Platform:
    """The platform of that name, to be used in a ``with`` block; InputError for an unknown one.

    ``address``: where stores on platform ``local`` listen for their clients.
    """
    if name != "local":
        raise InputError(f"There is no platform {name!r}; there is 'local'.")
    return LocalPlatform(address=address)
