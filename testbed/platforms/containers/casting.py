"""From a mould to a container of a run: the same in all but its place, its names and its settings.

Pure; a mould, and what comes out, are in the words of the engine's API.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from testbed.platforms.machine.slices import PART_PERIOD_US

USUAL_SHARES = 1024
_SETTINGS = ("TWINSTACK_", "POSTGRES_PASSWORD")
"""What a mould says of those belongs to the store that Compose itself would start."""
_LIMITS_OF_A_MOULD = ("NanoCpus", "Memory", "MemorySwap", "MemoryReservation", "PidsLimit")
"""The budget of a deployment takes their place."""
_NOWHERE = "127.0.0.1"


@dataclass(frozen=True)
class Placement:
    """Where a container runs, and what it may use."""

    cores: Collection[int]
    parent_group: str | None = None
    """Control group in which the engine makes the container's own; None: the engine's choice."""
    cpus: float | None = None
    """Its quota; None: none of its own."""

    @property
    def resources(self) -> dict[str, Any]:
        """What the engine can change while the container runs."""
        return {
            "CpusetCpus": ",".join(map(str, sorted(self.cores))),
            "CpuShares": USUAL_SHARES,
            "CpuQuota": round(self.cpus * PART_PERIOD_US) if self.cpus else 0,
            "CpuPeriod": PART_PERIOD_US if self.cpus else 0,
        }


@dataclass(frozen=True)
class Cast:
    """What is a container's own."""

    hostname: str
    network: str
    labels: Mapping[str, str]
    placement: Placement
    aliases: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] | None = None
    """None: the mould's."""
    binds: Sequence[str] = ()
    user: str | None = None
    """None: the mould's."""
    published: Mapping[int, int] = field(default_factory=dict)
    """Loopback port of this machine by port of the container."""


def cast(mould: Mapping[str, Any], chosen: Cast) -> dict[str, Any]:
    """The body of the engine's request to create the container."""
    config, host = mould["Config"], mould["HostConfig"]
    return {
        **config,
        "Hostname": chosen.hostname,
        "Env": _environment(config.get("Env") or [], chosen.environment),
        "Cmd": config["Cmd"] if chosen.command is None else list(chosen.command),
        "User": config["User"] if chosen.user is None else chosen.user,
        "Labels": dict(chosen.labels),
        # The test bed asks whether an instance is ready, as everywhere; a check by the engine
        # would start a process every few seconds, at the instance's cost.
        "Healthcheck": {"Test": ["NONE"]},
        "ExposedPorts": {f"{port}/tcp": {} for port in chosen.published},
        "HostConfig": {
            **host,
            **chosen.placement.resources,
            **dict.fromkeys(_LIMITS_OF_A_MOULD, 0),
            "CgroupParent": chosen.placement.parent_group or "",
            "NetworkMode": chosen.network,
            "PortBindings": {
                f"{port}/tcp": [{"HostIp": _NOWHERE, "HostPort": f"{own}"}]
                for port, own in chosen.published.items()
            },
            "Binds": list(chosen.binds),
            "Mounts": None,
            "RestartPolicy": {"Name": "no"},
            # A name that is not there is to be refused at once, not asked for elsewhere.
            "Dns": [_NOWHERE],
        },
        "NetworkingConfig": {
            "EndpointsConfig": {chosen.network: {"Aliases": list(chosen.aliases)}}
        },
    }


def _environment(mould: Sequence[str], own: Mapping[str, str]) -> list[str]:
    kept = [line for line in mould if not line.startswith(_SETTINGS)]
    return [*kept, *(f"{name}={value}" for name, value in own.items())]
