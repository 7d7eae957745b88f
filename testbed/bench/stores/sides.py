"""The sides of the comparison: three deployments on one machine, one database server, one core."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import orjson
import psycopg

import microservices.deployables
import monolith.deployables
from experiment.errors import RunError
from experiment.store import Sample, Work
from store.payment_provider.client import PAYMENT_PROVIDER
from store.runtime.callers import bearing
from store.sample.dataset import SAMPLE_PASSWORD, sample_email
from testbed.bench.cost import Parts
from testbed.bench.stores.bare import CUSTOMER_HEADER
from testbed.platforms.platform import Deployment
from testbed.platforms.store.store import Store

WORK = Work(recommendation_passes=1)
"""The least of the rules, which both sides share: more of them would hide what is compared."""
ANSWER_WITHIN_S = 30.0
_GOOD = range(200, 300)

_BARE = replace(monolith.deployables.DEPLOYABLES[0], app="testbed.bench.stores.bare:create_app()")


def deployments(sample: Sample) -> list[Deployment]:
    return [
        Deployment("bare", "monolith", (_BARE,), sample=sample, work=WORK),
        Deployment(
            "monolith", "monolith", monolith.deployables.DEPLOYABLES, sample=sample, work=WORK
        ),
        Deployment(
            "microservices",
            "microservices",
            microservices.deployables.DEPLOYABLES,
            sample=sample,
            work=WORK,
        ),
    ]


@dataclass(frozen=True)
class Side:
    """A running side, asked at its processes, without the edge that is the same for all."""

    name: str
    connections: Mapping[str, HTTPConnection]
    """By role."""
    routes: Mapping[str, str]
    """Role by public path prefix."""
    parts: Parts
    roles: Parts
    """The same processes role by role, without the database."""
    internal: Mapping[str, str]
    """Headers with which its services ask each other."""
    customers: Mapping[int, Mapping[str, str]]
    """By customer id: the headers that say who asks."""

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The body of a 2xx of whoever is responsible for the path; RunError otherwise."""
        return self.ask_role(
            self.routes[_longest_prefix(self.routes, path)], method, path, body, headers
        )

    def address_of(self, path: str) -> tuple[str, int]:
        """Of the process that serves the path."""
        connection = self.connections[self.routes[_longest_prefix(self.routes, path)]]
        return connection.host, connection.port

    def ask_role(
        self,
        role: str,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """The same of the process of this role, whose path need not be public."""
        connection = self.connections[role]
        content = None if body is None else orjson.dumps(body)
        connection.request(method, path, content, dict(headers or {}))
        response = connection.getresponse()
        answer = response.read()
        if response.status not in _GOOD:
            raise RunError(f"{self.name} answers {response.status} to {method} {path}: {answer!r}")
        return answer


def side_of(deployment: Deployment, store: Store, customers: int, undo: ExitStack) -> Side:
    """The side once it is up, with so many customers signed in."""
    urls = {each.role: each.url.removeprefix("http://") for each in store.instances()}
    connections, routes = {}, {}
    for deployable in deployment.deployables:
        connection = HTTPConnection(urls[deployable.role], timeout=ANSWER_WITHIN_S)
        undo.callback(connection.close)
        connections[deployable.role] = connection
        routes.update(dict.fromkeys(deployable.routes, deployable.role))
    roles = {each.role: [each.pid] for each in store.instances() if each.role != PAYMENT_PROVIDER}
    pids = [pid for of_role in roles.values() for pid in of_role]
    parts = {"process": pids, "database": [_server_pid(store)]}
    internal = bearing(store.secrets["service_token"])
    side = Side(deployment.name, connections, routes, parts, roles, internal, {})
    known = {number: _headers(side, number) for number in range(1, customers + 1)}
    return replace(side, customers=known)


def _headers(side: Side, customer_id: int) -> Mapping[str, str]:
    if side.name == "bare":
        return {CUSTOMER_HEADER: str(customer_id)}
    credentials = {"email": sample_email(customer_id), "password": SAMPLE_PASSWORD}
    session: dict[str, Any] = orjson.loads(side.ask("POST", "/api/sessions", credentials))
    return {"Authorization": f"Bearer {session['token']}"}


def _longest_prefix(prefixes: Mapping[str, object], path: str) -> str:
    return max((prefix for prefix in prefixes if path.startswith(prefix)), key=len)


def _server_pid(store: Store) -> int:
    """Process id of the database server: the first line of its ``postmaster.pid``."""
    with psycopg.connect(store.data_of("orders").admin_url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None  # noqa: S101 - SHOW returns one row
    return int(Path(row[0], "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
