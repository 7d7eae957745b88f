"""Pods as the API describes them: pure."""

from dataclasses import dataclass
from typing import Self

from testbed.platforms.kubernetes.cluster import Object

ROLE = "twinstack.role"
PORT = 8000


@dataclass(frozen=True)
class Pod:
    name: str
    uid: str
    address: str
    """Empty until it has one."""
    is_ready: bool
    is_running: bool
    """Its process runs, and nobody has asked it to end."""
    restarts: int
    """Times that its container was started again, in place."""
    trouble: str
    """Why its process does not run; empty where nothing is said."""

    @classmethod
    def of(cls, content: Object) -> Self:
        metadata, status = content["metadata"], content.get("status", {})
        containers = status.get("containerStatuses", [])
        conditions = {each["type"]: each["status"] for each in status.get("conditions", [])}
        is_kept = "deletionTimestamp" not in metadata
        return cls(
            name=metadata["name"],
            uid=metadata["uid"],
            address=status.get("podIP", ""),
            is_ready=is_kept and conditions.get("Ready") == "True",
            is_running=is_kept and bool(containers) and "running" in containers[0]["state"],
            restarts=sum(each.get("restartCount", 0) for each in containers),
            trouble=_trouble(containers, status),
        )

    @property
    def number(self) -> int:
        """Names this pod among all, as the id of a process names it among those of a machine."""
        return int(self.uid.replace("-", "")[:12], 16)

    @property
    def url(self) -> str:
        """Within the cluster."""
        return f"http://{self.address}:{PORT}"


def _trouble(containers: list[Object], status: Object) -> str:
    waiting = [each["state"]["waiting"] for each in containers if "waiting" in each["state"]]
    refused = [
        each
        for each in status.get("conditions", [])
        if each["type"] == "PodScheduled" and each["status"] == "False"
    ]
    said = [f"{each.get('reason', '')} {each.get('message', '')}" for each in (*waiting, *refused)]
    return said[0].strip() if said else ""
