"""The part of a container engine that the platforms use; a container is a process that sleeps."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from docker.errors import APIError, ImageNotFound, NotFound

SLEEP = [sys.executable, "-c", "import time; print('hello', flush=True); time.sleep(600)"]


def refused(explanation: str) -> APIError:
    return APIError("refused", explanation=explanation)


@dataclass
class EmulatedContainer:
    engine: "EmulatedEngine"
    name: str
    body: dict[str, Any]
    status: str = "created"
    updates: list[dict[str, Any]] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def labels(self) -> dict[str, str]:
        labels: dict[str, str] = self.body["Labels"]
        return labels

    @property
    def attrs(self) -> dict[str, Any]:
        is_alive = self.process is not None and self.process.poll() is None
        networks = {
            network.name: {"IPAddress": f"10.0.0.{place + 2}" if is_alive else ""}
            for network in self.engine.networks.there
            for place, member in enumerate(network.members)
            if member is self
        }
        return {
            "State": {"Pid": self.process.pid if self.process is not None and is_alive else 0},
            "NetworkSettings": {"Networks": networks},
            **self.body,
        }

    def reload(self) -> None:
        if self not in self.engine.containers.there:
            raise NotFound(f"no container {self.name}")

    def start(self) -> None:
        self.process = subprocess.Popen(SLEEP, stdout=subprocess.PIPE, start_new_session=True)
        self.status = "running"

    def kill(self, signal: str = "SIGKILL") -> None:
        if self.process is None or self.status == "paused" or self.process.poll() is not None:
            raise refused(f"{self.name} is {self.status}")
        self._send(signal)
        self.process.wait(5)
        self.status = "exited"

    def pause(self) -> None:
        self._send("SIGSTOP")
        self.status = "paused"

    def unpause(self) -> None:
        self._send("SIGCONT")
        self.status = "running"

    def _send(self, name: str) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.Signals[name])

    def update(self, **resources: Any) -> None:
        self.updates.append(resources)

    def logs(self) -> bytes:
        self.reload()
        return b"hello\n"

    def remove(self, *, force: bool = False, v: bool = False) -> None:
        self.reload()
        if self.process is not None:
            assert force or self.process.poll() is not None
            self.process.kill()
            self.process.communicate()
        self.engine.containers.there.remove(self)
        for network in self.engine.networks.there:
            network.members = [each for each in network.members if each is not self]


@dataclass
class EmulatedNetwork:
    engine: "EmulatedEngine"
    name: str
    labels: dict[str, str] = field(default_factory=dict)
    members: list[EmulatedContainer] = field(default_factory=list)
    aliases: dict[str, list[str]] = field(default_factory=dict)

    @property
    def attrs(self) -> dict[str, Any]:
        return {"Labels": self.labels, "Containers": {each.name: {} for each in self.members}}

    def connect(self, container: EmulatedContainer, aliases: list[str]) -> None:
        self.members.append(container)
        self.aliases[container.name] = aliases

    def disconnect(self, container: EmulatedContainer, *, force: bool) -> None:
        self.members.remove(container)

    def remove(self) -> None:
        if self.members:
            raise refused(f"network {self.name} has active endpoints")
        self.engine.networks.there.remove(self)


@dataclass
class EmulatedVolume:
    engine: "EmulatedEngine"
    name: str
    labels: dict[str, str]

    def remove(self, *, force: bool = False) -> None:
        self.engine.volumes.there.remove(self)


@dataclass
class Things:
    engine: "EmulatedEngine"
    there: list[Any] = field(default_factory=list)

    def list(
        self,
        *,
        all: bool = False,  # noqa: A002 - the engine's own name
        filters: dict[str, Any] | None = None,
        ignore_removed: bool = False,
    ) -> list[Any]:
        wanted = filters or {}
        labels = wanted.get("label", [])
        labels = [labels] if isinstance(labels, str) else labels
        name = wanted.get("name", "").removeprefix("^/?").removeprefix("^")
        return [
            each
            for each in self.there
            if each.name.startswith(name) and all_in(labels, each.labels)
        ]

    def get(self, name: str) -> Any:
        for each in self.there:
            if each.name == name:
                return each
        raise NotFound(f"no {name}")

    def create(self, name: str, labels: dict[str, str]) -> None:
        self.there.append(EmulatedVolume(self.engine, name, labels))


def all_in(wanted: list[str], labels: dict[str, str]) -> bool:
    """``wanted``: names, or names with their values."""
    return all(each in labels or each in {f"{n}={v}" for n, v in labels.items()} for each in wanted)


@dataclass
class EmulatedImage:
    labels: dict[str, str]


@dataclass
class Images:
    there: dict[str, EmulatedImage] = field(default_factory=dict)

    def get(self, name: str) -> EmulatedImage:
        if name not in self.there:
            raise ImageNotFound(f"no image {name}")
        return self.there[name]


class EmulatedEngine:
    """Implements what is used of ``docker.DockerClient``, and of its ``api``."""

    def __init__(self) -> None:
        self.containers = Things(self)
        self.networks = Things(self)
        self.volumes = Things(self)
        self.images = Images()
        self.api = self

    def network(self, name: str, **labels: str) -> EmulatedNetwork:
        made = EmulatedNetwork(self, name, labels)
        self.networks.there.append(made)
        return made

    def create_container_from_config(self, body: dict[str, Any], name: str) -> dict[str, str]:
        if any(each.name == name for each in self.containers.there):
            raise refused(f"the name {name} is taken")
        container = EmulatedContainer(self, name, body)
        self.containers.there.append(container)
        for network in body.get("NetworkingConfig", {}).get("EndpointsConfig", {}):
            self.networks.get(network).connect(container, [])
        return {"Id": name}

    def info(self) -> dict[str, Any]:
        return {"CgroupDriver": "systemd", "Swarm": {"LocalNodeState": "inactive"}}

    def close(self) -> None:
        pass
