"""An HTTP server that speaks as much of the Kubernetes API as kubectl asks for here."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from emulated_cluster import EmulatedCluster, Object
from spdy_tunnel import Tunnel
from websocket_messages import CLOSE, Messages, accept

SCALED = ("deployments", "statefulsets")
KINDS = {
    ("", "v1"): {
        "namespaces": "Namespace", "pods": "Pod", "services": "Service", "secrets": "Secret",
        "configmaps": "ConfigMap", "resourcequotas": "ResourceQuota",
        "persistentvolumeclaims": "PersistentVolumeClaim",
    },
    ("apps", "v1"): {"deployments": "Deployment", "statefulsets": "StatefulSet"},
    ("authorization.k8s.io", "v1"): {"selfsubjectaccessreviews": "SelfSubjectAccessReview"},
    ("batch", "v1"): {"jobs": "Job"},
    ("policy", "v1"): {"poddisruptionbudgets": "PodDisruptionBudget"},
    ("autoscaling", "v2"): {"horizontalpodautoscalers": "HorizontalPodAutoscaler"},
    ("networking.k8s.io", "v1"): {"networkpolicies": "NetworkPolicy"},
}  # fmt: skip
CLUSTER_WIDE = ("namespaces", "selfsubjectaccessreviews")
STDIN, STDOUT, STATUS = 0, 1, 3
_PATH = re.compile(
    r"/(?:api|apis/(?P<group>[^/]+))/(?P<version>v\d+)"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/))?/(?P<resource>[a-z]+)"
    r"(?:/(?P<name>[^/]+))?(?:/(?P<sub>[a-z]+))?"
)


@dataclass(frozen=True)
class Failure:
    """What is answered in place of the truth."""

    method: str
    path: str
    """Regular expression."""
    code: int = 200
    reason: str = ""
    message: str = ""
    after_s: float = 0.0


@dataclass
class EmulatedApi:
    cluster: EmulatedCluster = field(default_factory=EmulatedCluster)
    failures: list[Failure] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each, in order."""
    forbidden: set[str] = field(default_factory=set)
    """What a user is told not to be permitted to, such as ``create pods/exec``."""
    listeners: dict[str, int] = field(default_factory=dict)
    """Loopback port where the pods of a role listen, by the first word of its name."""
    port: int = 0

    @contextmanager
    def served(self) -> Iterator["EmulatedApi"]:
        api = self

        class Handler(_Handler):
            emulated = api

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


class _Handler(BaseHTTPRequestHandler):
    emulated: EmulatedApi
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is there
        """Be silent."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - as the library looks for them

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        self.emulated.requests.append((self.command, parts.path))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        for failure in self.emulated.failures:
            if failure.method == self.command and re.fullmatch(failure.path, parts.path):
                time.sleep(failure.after_s)
                if failure.code != 200:
                    self._fail(failure.code, failure.reason, failure.message)
                    return
        if (known := _discovery(parts.path)) is not None:
            self._answer(known)
            return
        found = _PATH.fullmatch(parts.path)
        if found is None:
            self._fail(404, "NotFound", f"the server could not find {parts.path}")
            return
        asked = {name: value or "" for name, value in found.groupdict().items()}
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._operate(asked, query, json.loads(body) if body else {})

    def _operate(self, asked: dict[str, str], query: dict[str, str], body: Object) -> None:
        upgrades = {"exec": self._exec, "portforward": self._forward}
        if asked["sub"] in upgrades:
            upgrades[asked["sub"]](asked["name"])
        elif asked["resource"] == "selfsubjectaccessreviews":
            self._answer(_review(body, self.emulated.forbidden), 201)
        elif self.command == "POST":
            made = self.emulated.cluster.create(asked["resource"], asked["namespace"], body)
            self._created(made, body)
        elif self.command == "GET" and not asked["name"]:
            selectors = query.get("labelSelector", ""), query.get("fieldSelector", "")
            found = self.emulated.cluster.find(asked["resource"], asked["namespace"], *selectors)
            self._answer(_list(asked, found))
        else:
            self._on_one(asked["resource"], asked["namespace"], asked["name"], asked["sub"], body)

    def _on_one(self, resource: str, namespace: str, name: str, sub: str, body: Object) -> None:
        cluster = self.emulated.cluster
        found = cluster.objects.get((resource, namespace, name))
        if found is None:
            self._fail(404, "NotFound", f'{resource} "{name}" not found')
        elif self.command == "DELETE":
            cluster.delete(resource, namespace, name)
            self._answer({"kind": "Status", "apiVersion": "v1", "status": "Success"})
        elif sub == "scale":
            if self.command == "PATCH":
                found = cluster.scale(resource, namespace, name, body["spec"]["replicas"])
            self._answer(_scale_of(found))
        else:
            if self.command == "PATCH":
                annotations = found["metadata"].setdefault("annotations", {})
                annotations.update(body["metadata"]["annotations"])
            self._answer(found)

    def _created(self, made: Object | None, body: Object) -> None:
        if made is None:
            name = body["metadata"]["name"]
            self._fail(409, "AlreadyExists", f'"{name}" already exists')
        else:
            self._answer(made, 201)

    def _exec(self, pod: str) -> None:
        """The adapter's shell: lines in, lines out, until its container ends."""
        agent = self.emulated.cluster.agents[pod]
        accept(self, "v5.channel.k8s.io")
        messages, rest = Messages(self), b""
        while (message := messages.receive()) is not None:
            if message[0] != STDIN:
                break
            rest += message[1:]
            while b"\n" in rest:
                line, _, rest = rest.partition(b"\n")
                lines = [*agent.answer(line.decode()), "."]
                messages.send(bytes([STDOUT]) + "".join(f"{s}\n" for s in lines).encode())
            if self.emulated.cluster.agents.get(pod) is not agent:
                messages.send(bytes([STATUS]) + json.dumps({"status": "Success"}).encode())
                messages.send(b"\x03\xe8", CLOSE)
                break
        self.close_connection = True

    def _forward(self, pod: str) -> None:
        accept(self, "SPDY/3.1+portforward.k8s.io")
        Tunnel(Messages(self), self.emulated.listeners[pod.partition("-")[0]]).carry()
        self.close_connection = True

    def _answer(self, content: Object, code: int = 200) -> None:
        encoded = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        with suppress(ConnectionError):  # kubectl may have given up
            self.wfile.write(encoded)

    def _fail(self, code: int, reason: str, message: str) -> None:
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}
        self._answer({**status, "code": code, "reason": reason, "message": message}, code)


def _list(asked: dict[str, str], items: list[Object]) -> Object:
    group, version = asked["group"], asked["version"]
    kind = KINDS[group, version][asked["resource"]]
    named = f"{group}/{version}".strip("/")
    return {
        "kind": f"{kind}List",
        "apiVersion": named,
        "metadata": {"resourceVersion": "1"},
        "items": [{**each, "kind": kind, "apiVersion": named} for each in items],
    }


def _review(body: Object, forbidden: set[str]) -> Object:
    wanted = body["spec"]["resourceAttributes"]
    right = "/".join(filter(None, (wanted["resource"], wanted.get("subresource"))))
    return {**body, "status": {"allowed": f"{wanted['verb']} {right}" not in forbidden}}


def _scale_of(owner: Object) -> Object:
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": owner["metadata"],
        "spec": {"replicas": owner["spec"]["replicas"]},
        "status": {"replicas": owner["spec"]["replicas"]},
    }


def _discovery(path: str) -> Object | None:
    if path == "/version":
        return {"major": "1", "minor": "34", "gitVersion": "v1.34.0-emulated"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
    if path == "/apis":
        return {
            "kind": "APIGroupList",
            "apiVersion": "v1",
            "groups": [_group(group, version) for group, version in KINDS if group],
        }
    for (group, version), kinds in KINDS.items():
        if path == (f"/apis/{group}/{version}" if group else f"/api/{version}"):
            return _resources(f"{group}/{version}".strip("/"), kinds)
    return None


def _group(group: str, version: str) -> Object:
    named = {"groupVersion": f"{group}/{version}", "version": version}
    return {"name": group, "versions": [named], "preferredVersion": named}


def _resources(group_version: str, kinds: dict[str, str]) -> Object:
    verbs = ["create", "delete", "get", "list", "patch", "watch"]
    listed = [
        {
            "name": name,
            "singularName": kind.lower(),
            "namespaced": name not in CLUSTER_WIDE,
            "kind": kind,
            "verbs": verbs,
        }
        for name, kind in kinds.items()
    ]
    scales = [
        {
            "name": f"{name}/scale",
            "singularName": "",
            "namespaced": True,
            "group": "autoscaling",
            "version": "v1",
            "kind": "Scale",
            "verbs": ["get", "patch", "update"],
        }
        for name in kinds
        if name in SCALED
    ]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version,
        "resources": listed + scales,
    }
