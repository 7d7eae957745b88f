"""Where and how a store runs; one folder per platform."""

import os

from experiment.errors import InputError
from experiment.scenario import Scenario
from testbed.platforms.kubernetes.possible import require_possible as require_possible_in_cluster
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.machine.affinity import split
from testbed.platforms.machine.spread import require_cores
from testbed.platforms.platform import Platform
from testbed.sources import ROOT

PLATFORMS = ("local", "compose", "swarm", "kubernetes")


def open_platform(name: str, address: str = "127.0.0.1") -> Platform:
    """The platform of that name, to be used in a ``with`` block; InputError for an unknown one.

    ``address``: where stores on platform ``local`` listen for their clients.
    """
    if name in ("compose", "swarm", "kubernetes"):
        require_clone(name)
    match name:
        case "local":
            return LocalPlatform(address=address)
        case "compose":
            return _compose()
        case "swarm":
            return _swarm()
        case "kubernetes":
            return _kubernetes()
    raise InputError(f"There is no platform {name!r}; there are {', '.join(PLATFORMS)}.")


def require_clone(platform: str) -> None:
    """InputError where ``docker/``, which describes containers, was not installed with the rest."""
    if not (ROOT / "docker").is_dir():
        raise InputError(
            f"Platform {platform} needs the folder docker/ of a clone of the project: run it "
            "there. An installed application has platform local."
        )


def _compose() -> Platform:
    # The engine's library takes longer to load than a command has to wait that needs none.
    from testbed.platforms.containers.platform import ComposePlatform  # noqa: PLC0415 - see above

    return ComposePlatform()


def _swarm() -> Platform:
    from testbed.platforms.containers.swarm_platform import SwarmPlatform  # noqa: PLC0415 - as above

    return SwarmPlatform()


def _kubernetes() -> Platform:
    # It knows what is deployed, which knows what platforms are.
    from testbed.platforms.kubernetes.platform import KubernetesPlatform  # noqa: PLC0415 - see above

    return KubernetesPlatform.from_environment(os.environ)


def require_possible(name: str, scenario: Scenario) -> None:
    """InputError, before anything starts, when the platform of that name cannot run it."""
    if name == "kubernetes":
        require_possible_in_cluster(scenario)
    else:
        require_cores(scenario.budget.cores, split(os.sched_getaffinity(0)))
