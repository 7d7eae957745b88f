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
from store.sample.dataset import SAMPLE_PASSWORD, sample_email
from testbed.bench.cost import Parts
from testbed.bench.stores.bare import CUSTOMER_HEADER
from testbed.platforms.platform import Deployment, RunningStore

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
    """By public path prefix."""
    parts: Parts
    customers: Mapping[int, Mapping[str, str]]
    """By customer id: the headers that say who asks."""

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The body of a 2xx; RunError otherwise."""
        connection = self.connections[_longest_prefix(self.connections, path)]
        content = None if body is None else orjson.dumps(body)
        connection.request(method, path, content, dict(headers or {}))
        response = connection.getresponse()
        answer = response.read()
        if response.status not in _GOOD:
            raise RunError(f"{self.name} answers {response.status} to {method} {path}: {answer!r}")
        return answer


def side_of(deployment: Deployment, store: RunningStore, customers: int, undo: ExitStack) -> Side:
    """The side once it is up, with so many customers signed in."""
    urls = {each.role: each.url.removeprefix("http://") for each in store.instances()}
    connections = {}
    for deployable in deployment.deployables:
        connection = HTTPConnection(urls[deployable.role], timeout=ANSWER_WITHIN_S)
        undo.callback(connection.close)
        connections.update(dict.fromkeys(deployable.routes, connection))
    pids = [each.pid for each in store.instances() if each.role != PAYMENT_PROVIDER]
    parts = {"process": pids, "database": [_server_pid(store)]}
    side = Side(deployment.name, connections, parts, {})
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


def _server_pid(store: RunningStore) -> int:
    """Process id of the database server: the first line of its ``postmaster.pid``."""
    with psycopg.connect(store.data_of("orders").admin_url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None  # noqa: S101 - SHOW returns one row
    return int(Path(row[0], "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
