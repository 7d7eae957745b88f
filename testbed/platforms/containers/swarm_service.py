"""From the container of an instance to the Swarm service that makes containers like it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

RESTART_AFTER_S = 5.0
"""The engine starts a task anew so long after one has ended. Long enough for who has stopped a task
for good to tell the engine that one less is wanted."""
STOP_WITHIN_S = 10.0
ONE_BY_ONE = {"Parallelism": 1, "Order": "stop-first", "FailureAction": "pause"}
"""How the engine replaces the tasks of a service, as after ``docker service update``."""
_NS_PER_S = 1_000_000_000


def task_template(body: Mapping[str, Any], networks: Sequence[str]) -> dict[str, Any]:
    """What each task is to be, from the body of a request to create one container.

    Cores, quotas and parent groups are not Swarm's to give; they are set once a task runs.
    """
    host = body["HostConfig"]
    return {
        "ContainerSpec": {
            "Image": body["Image"],
            "Hostname": body["Hostname"],
            "Command": body.get("Entrypoint"),
            "Args": body["Cmd"],
            "Env": body["Env"],
            "User": body["User"],
            "Labels": body["Labels"],
            "ReadOnly": host.get("ReadonlyRootfs", False),
            "CapabilityDrop": host.get("CapDrop"),
            "Healthcheck": body["Healthcheck"],
            "StopGracePeriod": round(STOP_WITHIN_S * _NS_PER_S),
            "Mounts": [*map(_bind, host["Binds"]), *map(_tmpfs, host.get("Tmpfs") or ())],
        },
        "RestartPolicy": {"Condition": "any", "Delay": round(RESTART_AFTER_S * _NS_PER_S)},
        "Networks": [{"Target": network} for network in networks],
    }


def _bind(bind: str) -> dict[str, Any]:
    source, target = bind.split(":")
    return {"Type": "bind", "Source": source, "Target": target}


def _tmpfs(target: str) -> dict[str, Any]:
    return {"Type": "tmpfs", "Target": target}
