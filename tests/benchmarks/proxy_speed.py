"""What the proxy costs and how true its faults are: ``python -m tests.benchmarks.proxy_speed``.

Compares a call through the idle proxy with a direct one and with one through Envoy, then measures
delays, narrow ways, and the time until a fault holds in a running store.
"""

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import fmean

from urllib3 import HTTPConnectionPool

from experiment.faults.on_network import Refusal
from experiment.store import Sample
from testbed.deploying import plain_deployment
from testbed.faults.network import on_network
from testbed.janitor import Belongings
from testbed.network.impairment import Impairment
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.platform import RunningStore
from testbed.platforms.store.edge import Edge, as_process
from testbed.platforms.store.envoy import EdgePlan
from testbed.platforms.store.proxy import Proxy, start_proxy

CALLS = 3_000
ROUNDS = 3
BODY = b"x" * 1_000
NAME = "callee"
HOST = "127.0.0.1"


class _Callee(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        size = int(self.path[1:]) if self.path[1:].isdigit() else len(BODY)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(b"x" * size)

    def setup(self) -> None:
        super().setup()
        self.wfile = self.request.makefile("wb", buffering=1 << 20)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def _callee() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Callee) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def _call_s(pool: HTTPConnectionPool, path: str = "/") -> float:
    start = time.perf_counter()
    assert pool.request("GET", path).status == 200
    return time.perf_counter() - start


def _tell(what: str, times_s: list[float]) -> None:
    ordered = sorted(times_s)
    p50, p99 = (1000 * ordered[int(share * len(ordered))] for share in (0.5, 0.99))
    _say(f"{what:28} p50 {p50:8.3f} ms   p99 {p99:8.3f} ms   of {len(ordered)}")


def _say(line: str) -> None:
    print(line)  # noqa: T201 - its output


def _idle(proxy: Proxy, folder: Path, belongings: Belongings, port: int) -> None:
    number, idle_port = proxy.open_passage(Impairment("refuse"), (HOST, port), HOST)
    proxy.ask({"mend": number})
    plan = EdgePlan({}, [NAME], folder / "members", mesh=True, admin_socket=folder / "admin")
    edge = Edge(plan, folder)
    edge.announce(NAME, [(HOST, port)])
    envoy = edge.start(as_process(belongings, (), ()))
    edge.await_members([NAME], within_s=10)
    envoy_port = int(edge.mesh_urls(NAME)[0].rpartition(":")[2])
    ways = {"direct": port, "through the idle proxy": idle_port, "through Envoy": envoy_port}
    pools = {name: HTTPConnectionPool("127.0.0.1", at) for name, at in ways.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, pool in pools.items():
            times[name] += [_call_s(pool) for _ in range(CALLS)]
    for name, measured in times.items():
        _tell(name, measured)
    envoy.kill()


def _truth(proxy: Proxy, port: int) -> None:
    direct = HTTPConnectionPool("127.0.0.1", port)
    for delay_ms in (5, 50, 200):
        impairment = Impairment("latency", delay_ms=delay_ms)
        _, slow = proxy.open_passage(impairment, (HOST, port), HOST)
        pool = HTTPConnectionPool(HOST, slow)
        usual_s = fmean(_call_s(direct) for _ in range(50))
        added = [(_call_s(pool) - usual_s) / 2 for _ in range(100)]
        _tell(f"delay of {delay_ms} ms, each way", added)
    for kb_per_s, size in ((20, 20_000), (200, 200_000), (2_000, 2_000_000)):
        impairment = Impairment("bandwidth", kb_per_s=kb_per_s)
        _, narrow = proxy.open_passage(impairment, (HOST, port), HOST)
        took_s = _call_s(HTTPConnectionPool(HOST, narrow), f"/{size}")
        _say(f"{kb_per_s} kB/s: {size / took_s / 1000:.1f} kB/s measured")


def _first_felt_s(store: RunningStore, fails: Callable[[], bool]) -> tuple[float, float]:
    """From the injection to its return, and to the begin of the last call that went well."""
    well: list[float] = []
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            start = time.perf_counter()
            if not fails():
                well.append(start)

    caller = threading.Thread(target=go_on)
    caller.start()
    time.sleep(0.3)
    fault = on_network(store, Refusal(caller="storefront", callee="catalog"), seed=1)
    start = time.perf_counter()
    fault.inject()
    returned_s = time.perf_counter() - start
    time.sleep(0.3)
    stop.set()
    caller.join()
    fault.lift()
    return returned_s, max(well) - start


def _until_it_holds(folder: Path) -> None:
    with LocalPlatform() as platform:
        small = Sample(products=200, customers=100, ratings=3_000)
        store = platform.up(plain_deployment("microservices", small), folder / "store")
        pool = HTTPConnectionPool("127.0.0.1", int(store.url.rpartition(":")[2]))
        store._network.make_ready()

        def fails() -> bool:
            return pool.request("GET", "/api/product-pages/1").status != 200

        pairs = []
        for _ in range(20):
            pairs.append(_first_felt_s(store, fails))
            while fails():
                time.sleep(0.1)
        _tell("injection returns after", [returned for returned, _ in pairs])
        _tell("last call that went well", [well for _, well in pairs])
        store.down()


def main() -> None:
    _say(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with Belongings(folder / "state") as belongings, _callee() as port:
            proxy = start_proxy(folder, belongings, ())
            _idle(proxy, folder, belongings, port)
            _truth(proxy, port)
            proxy.process.kill()
            proxy.close()
        _until_it_holds(folder)


if __name__ == "__main__":
    main()
