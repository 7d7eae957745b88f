"""A cluster in memory: objects, and controllers that make pods of them at once."""

import base64
import json
import re
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from store.runtime.telemetry import Counters

Object = dict[str, Any]
Key = tuple[str, str, str]
"""Resource, namespace and name."""

COST = "controller.kubernetes.io/pod-deletion-cost"
GRACE_S = 0.2


@dataclass
class Agent:
    """Inside of a container: the shell that the adapter starts, but for its commands."""

    end: Callable[[], None]
    cpu_us: int = 1_000_000
    files: dict[str, bytes] = field(default_factory=dict)
    counters: Counters = field(default_factory=Counters)
    listener: Callable[[str], object] | None = None
    """On its loopback: answers each path with JSON."""

    def answer(self, line: str) -> list[str]:
        order, *rest = line.split()
        match order:
            case "look":
                self.cpu_us += 1000
                content = self.counters.pack() + self.counters.pack_hits()
                encoded = base64.b64encode(content).decode()
                return [f"usage_usec {self.cpu_us}", "anon 10485760", "file_mapped 1048576",
                        f"counters {encoded}"]  # fmt: skip
            case "write":
                self.files[rest[0]] = base64.b64decode(rest[1])
            case "show":
                return [base64.b64encode(self.files.get(rest[0], b"")).decode()]
            case "ask" if self.listener is not None:
                content = json.dumps(self.listener(rest[1])).encode()
                return [base64.b64encode(b"HTTP/1.1 200 OK\r\n\r\n" + content).decode()]
            case "end":
                self.end()
        return []


class EmulatedCluster:
    """Safe to be used by the threads of a server."""

    def __init__(self) -> None:
        self.objects: dict[Key, Object] = {}
        self.agents: dict[str, Agent] = {}
        """By name of the pod."""
        self.trouble: dict[str, Object] = {}
        """By role: why containers of its pods wait, as the API has it."""
        self.inside: dict[str, Callable[[str], object]] = {}
        """What listens on the loopback of pods, by the first part of their names."""
        self.lock = threading.RLock()
        self._version = 0

    def create(self, resource: str, namespace: str, content: Object) -> Object | None:
        """None where there is one of that name."""
        with self.lock:
            key = (resource, namespace, content["metadata"]["name"])
            if key in self.objects:
                return None
            self._version += 1
            content["metadata"] |= {
                "namespace": namespace,
                "uid": str(uuid.uuid4()),
                "resourceVersion": str(self._version),
                "creationTimestamp": "2026-01-01T00:00:00Z",
            }
            self.objects[key] = content
            self._control(resource, namespace, content)
            return content

    def find(
        self, resource: str, namespace: str, labels: str = "", fields: str = ""
    ) -> list[Object]:
        """``namespace``: empty for all."""
        with self.lock:
            return [
                each
                for (kind, where, name), each in sorted(self.objects.items())
                if kind == resource
                and namespace in {"", where}
                and _is_selected(each["metadata"].get("labels", {}), labels)
                and fields in {"", f"metadata.name={name}"}
            ]

    def delete(self, resource: str, namespace: str, name: str) -> Object | None:
        with self.lock:
            gone = self.objects.pop((resource, namespace, name), None)
            if gone is not None and resource == "namespaces":
                for key in [key for key in self.objects if key[1] == name]:
                    del self.objects[key]
            if gone is not None and resource == "pods":
                self._replace(namespace, gone)
            return gone

    def scale(self, resource: str, namespace: str, name: str, count: int) -> Object:
        with self.lock:
            owner = self.objects[resource, namespace, name]
            owner["spec"]["replicas"] = count
            self._match(namespace, owner)
            return owner

    def restart_container(self, namespace: str, name: str) -> None:
        """Its process ended by itself: another one starts in the same pod."""
        with self.lock:
            pod = self.objects.get(("pods", namespace, name))
            if pod is not None:
                counters = self.agents[name].counters
                self.agents[name] = self._agent(namespace, name)
                self.agents[name].counters = counters
                (container,) = pod["status"]["containerStatuses"]
                container["restartCount"] = container.get("restartCount", 0) + 1

    def pods_of(self, role: str) -> list[Object]:
        return self.find("pods", "", f"twinstack.role={role}")

    def _control(self, resource: str, namespace: str, content: Object) -> None:
        if resource in {"deployments", "statefulsets"}:
            content["spec"].setdefault("replicas", 1)
            self._match(namespace, content)
        if resource == "jobs":
            content["status"] = {"succeeded": 1, "conditions": []}

    def _match(self, namespace: str, owner: Object) -> None:
        """As many pods as the owner wants; the cheapest go first."""
        mine = [pod for pod in self._kept(namespace) if pod["owner"] == owner["metadata"]["uid"]]
        mine.sort(key=lambda pod: int(pod["metadata"].get("annotations", {}).get(COST, 0)))
        more = owner["spec"]["replicas"] - len(mine)
        for pod in mine[: max(-more, 0)]:
            pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:01Z"
            threading.Timer(GRACE_S, self._end, [namespace, pod]).start()
        for _ in range(more):
            self._add_pod(namespace, owner)

    def _end(self, namespace: str, pod: Object) -> None:
        """Not by its name alone: a pod of a set may be gone already, and have a successor."""
        name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
        with self.lock:
            there = self.objects.get(("pods", namespace, name))
            if there is not None and there["metadata"]["uid"] == uid:
                self.delete("pods", namespace, name)

    def _replace(self, namespace: str, gone: Object) -> None:
        owners = (o for (_, where, _), o in self.objects.items() if where == namespace)
        for owner in [o for o in owners if o["metadata"]["uid"] == gone["owner"]]:
            self._match(namespace, owner)

    def _kept(self, namespace: str) -> list[Object]:
        pods = (each for each in self.objects.values() if each.get("kind") == "Pod")
        return [
            pod
            for pod in pods
            if pod["metadata"]["namespace"] == namespace
            and "deletionTimestamp" not in pod["metadata"]
        ]

    def _add_pod(self, namespace: str, owner: Object) -> None:
        labels = owner["spec"]["template"]["metadata"]["labels"]
        is_set = owner["kind"] == "StatefulSet"
        name = f"{owner['metadata']['name']}-{0 if is_set else uuid.uuid4().hex[:5]}"
        self.agents[name] = self._agent(namespace, name)
        waiting = self.trouble.get(labels.get("twinstack.role", ""))
        self.create("pods", namespace, {
            "kind": "Pod",
            "apiVersion": "v1",
            "owner": owner["metadata"]["uid"],
            "metadata": {"name": name, "labels": dict(labels)},
            "spec": owner["spec"]["template"]["spec"],
            "status": _status(waiting),
        })  # fmt: skip

    def _agent(self, namespace: str, name: str) -> Agent:
        listener = self.inside.get(name.partition("-")[0])
        return Agent(lambda: self.restart_container(namespace, name), listener=listener)


def _status(waiting: Object | None) -> Object:
    state = {"waiting": waiting} if waiting else {"running": {}}
    return {
        "phase": "Pending" if waiting else "Running",
        "podIP": "10.0.0.1",
        "conditions": [{"type": "Ready", "status": "False" if waiting else "True"}],
        "containerStatuses": [{"name": "main", "state": state}],
    }


def _is_selected(labels: dict[str, str], selector: str) -> bool:
    return all(_holds(labels, part) for part in _parts(selector))


def _parts(selector: str) -> Iterable[str]:
    return [part.strip() for part in re.split(r",(?![^(]*\))", selector) if part.strip()]


def _holds(labels: dict[str, str], part: str) -> bool:
    if found := re.fullmatch(r"(\S+) (in|notin) \((.*)\)", part):
        key, how, listed = found.groups()
        values = {value.strip() for value in listed.split(",")}
        return (labels.get(key) in values) == (how == "in")
    key, _, value = part.partition("=")
    return labels.get(key) == value
