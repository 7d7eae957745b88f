"""The process that calls: a service which, when asked, makes many calls one after the other."""

import time

import orjson
from flask import Flask

from microservices.calls.client import Calls
from microservices.service import Service, create_service
from store.runtime.clients import opener
from store.runtime.peers import Peers
from store.runtime.settings import Settings, SettingsError
from testbed.bench.crossing.clients import (
    Client,
    LeanClient,
    PooledClient,
    StoreClient,
    UndecodedClient,
)

CALLER = "bench-caller"


def create_app() -> Flask:
    service = create_service(CALLER)
    clients: dict[str, Client] = {
        **_bare(service.settings),
        "services": StoreClient(service.calls),
        "services-lean": StoreClient(_lean_calls(service)),
    }

    @service.app.get("/calls/<client>/<callee>/<path>/<int:calls>")
    def call(client: str, callee: str, path: str, calls: int) -> dict[str, float]:
        get, target = clients[client].get, f"/{path}"
        began = time.perf_counter()
        for _ in range(calls):
            get(callee, target)
        return {"wall_s": time.perf_counter() - began}

    return service.app


def _lean_calls(service: Service) -> Calls:
    """As the service's own, but for the library."""
    peers = Peers(service.settings.peers_file, connect=opener("http.client"))
    return Calls(peers, {}, service.protection, service.settings.service_token)


def _bare(settings: Settings) -> dict[str, Client]:
    if settings.peers_file is None:
        raise SettingsError("missing in the environment: TWINSTACK_PEERS_FILE")
    known: dict[str, list[str]] = orjson.loads(settings.peers_file.read_bytes())
    urls = {callee: listed[0] for callee, listed in known.items()}
    lean = LeanClient(urls)
    return {"http.client": lean, "undecoded": UndecodedClient(lean), "urllib3": PooledClient(urls)}
