"""What a real Envoy passes on, seen by a server behind it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from flask import Flask, request

from testbed.janitor import Belongings
from testbed.platforms.store.edge import Edge, as_process, binary
from testbed.platforms.store.envoy import LOOPBACK, EdgePlan, bootstrap
from testbed.sources import ROOT

ROLE = "echo"
NOT_A_CLIENTS = {
    "SCRIPT_NAME": "/x",
    "X_FORWARDED_FOR": "10.0.0.1",
    "X-Forwarded-For": "10.0.0.1",
    "X-Forwarded-Proto": "https",
    "X-Real-IP": "10.0.0.1",
    "X-Request-Start": "t=1",
    "X-Deadline": "1",
    "X-Instance": "carts-1",
    "X-Twinstack-Token": "guessed",
    "X-Envoy-Max-Retries": "9",
    "X-Envoy-Anything": "1",
    "Forwarded": "for=10.0.0.1",
    "Via": "1.1 elsewhere",
    "traceparent": "00-" + "1" * 32 + "-" + "1" * 16 + "-01",
    "tracestate": "a=b",
    "baggage": "a=b",
}
A_CLIENTS = {"Authorization": "Bearer x", "Idempotency-Key": "a-key", "Accept": "text/x"}


def _echo() -> Flask:
    app = Flask("echo", static_folder=None)

    @app.get("/readyz")
    def readyz() -> str:
        return "ready"

    @app.route("/", methods=["GET", "POST"])
    def headers() -> Any:
        return dict(request.headers)

    return app


@pytest.fixture(scope="module")
def edge_url(
    serve_on: Callable[[Flask], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Of an edge that tells when a request began, and passes on bodies as they come."""
    folder = tmp_path_factory.mktemp("edge")
    port = int(serve_on(_echo()).rpartition(":")[2])
    plan = EdgePlan(
        {"/": ROLE},
        [ROLE],
        folder / "members",
        admin_socket=folder / "admin.socket",
        stamps_start=True,
        protects_from_slow_clients=False,
    )
    with Belongings(folder / "state") as belongings:
        edge = Edge(plan, folder)
        edge.announce(ROLE, [(LOOPBACK, port)])
        envoy = edge.start(as_process(belongings, (), ()))
        try:
            edge.await_members([ROLE], within_s=10)
            yield edge.url
        finally:
            envoy.kill()


def test_the_health_check_of_the_images_takes_envoy_for_healthy(tmp_path: Path) -> None:
    config, address = tmp_path / "envoy.json", tmp_path / "address"
    config.write_bytes(orjson.dumps(bootstrap(EdgePlan({}, []))))
    options = ["--disable-hot-restart", "--log-level", "error", "--concurrency", "1"]
    where = ["--config-path", config, "--admin-address-path", address]
    envoy = subprocess.Popen([binary(), *options, *where])
    try:
        until = time.monotonic() + 15
        while not _is_healthy(address):
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        envoy.kill()
        envoy.wait()


def _is_healthy(address: Path) -> bool:
    if not address.exists():
        return False
    port = address.read_text(encoding="ascii").rpartition(":")[2]
    check = [sys.executable, "-I", "-S", ROOT / "docker" / "healthy.py", port or "0", "/ready"]
    return subprocess.run(check, check=False).returncode == 0


def test_of_clients_headers_only_those_arrive_that_are_a_clients_to_say(edge_url: str) -> None:
    told = {**NOT_A_CLIENTS, **A_CLIENTS}
    arrived = requests.get(edge_url, headers=told, timeout=5).json()
    started = arrived.pop("X-Request-Start")
    assert started.startswith("t=1")
    assert started != "t=1"
    own = {"Host", "User-Agent", "Accept-Encoding"}
    assert {name: value for name, value in arrived.items() if name not in own} == A_CLIENTS


def test_a_body_that_announces_too_much_is_refused_though_bodies_pass_as_they_come(
    edge_url: str,
) -> None:
    answer = requests.post(edge_url, data=b"x" * 70_000, timeout=5)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/content-too-large")


def test_a_body_in_chunks_passes_as_it_comes_where_slow_clients_may(edge_url: str) -> None:
    arrived = requests.post(edge_url, data=iter([b"x"]), timeout=5).json()
    assert arrived["Transfer-Encoding"] == "chunked"
