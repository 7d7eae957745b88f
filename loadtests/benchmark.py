"""What the generator costs and how exact its times are: ``python -m loadtests.benchmark``.

Journeys of one request, as a Poisson process, against a server that does nothing. Generator and
server have a core each. Other work on the machine makes both figures worse.
"""

import argparse
import os
import selectors
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pyarrow.parquet as pq

from experiment.load import Load
from experiment.store import Sample
from loadtests.own_settings import own_settings
from loadtests.rates import Stretch
from loadtests.schedule import schedule

LOCUSTFILE = str(Path(__file__).with_name("locustfile.py"))
RATES = (300.0, 3_000.0)
COLUMNS = "{:>12} {:>14} {:>14} {:>14}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m loadtests.benchmark")
    parser.add_argument("--seconds", type=float, default=20.0, help="Length of each load.")
    seconds = parser.parse_args().seconds
    cores = sorted(os.sched_getaffinity(0))
    _say("arrivals/s", "per CPU-second", "lateness p50", "lateness p99")
    with null_server(cores[0]) as url:
        for rate in RATES:
            found = measure(url, rate, seconds, core=cores[-1])
            _say(
                f"{rate:,.0f}",
                f"{found['rows'] / found['cpu_s']:,.0f}",
                f"{found['lateness_p50_ms']:.2f} ms",
                f"{found['lateness_p99_ms']:.2f} ms",
            )


def _say(*columns: str) -> None:
    sys.stdout.write(COLUMNS.format(*columns) + "\n")
    sys.stdout.flush()


def measure(url: str, rate: float, seconds: float, core: int) -> dict[str, Any]:
    """The generator's own summary of so much load."""
    load = Load(rate=rate, mix={"recommend": 1.0})
    with tempfile.TemporaryDirectory() as folder:
        arrivals = Path(folder) / "arrivals.parquet"
        pq.write_table(schedule(load, [Stretch(seconds, {})], Sample(), seed=1), arrivals)
        command = [sys.executable, "-P", "-m", "locust", "-f", LOCUSTFILE, "--headless"]
        command += ["--host", url, "--arrivals", str(arrivals), "--record", folder]
        os.sched_setaffinity(0, {core})  # which the child inherits
        settings = own_settings(os.environ)
        subprocess.run(command, check=True, capture_output=True, cwd=folder, env=settings)
        summary: dict[str, Any] = orjson.loads((Path(folder) / "generator.json").read_bytes())
    return summary


@contextmanager
def null_server(core: int) -> Iterator[str]:
    """A server in a process of its own that gives each recommendation at once, and an empty one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = get_context("fork").Process(target=_serve, args=(listener, core), daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            process.join()


def _serve(listener: socket.socket, core: int) -> None:
    os.sched_setaffinity(0, {core})
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            ready: Any = key.fileobj
            if ready is listener:
                selector.register(listener.accept()[0], selectors.EVENT_READ)
            elif not _serves_on(ready):
                selector.unregister(ready)
                ready.close()


def _serves_on(client: socket.socket) -> bool:
    """Answer what came; False once the client has hung up, or says what means nothing here."""
    try:
        request = client.recv(65_536)
        if request:
            client.sendall(_answer(request))
    except (ConnectionError, LookupError, ValueError):
        return False
    return bool(request)


def _answer(request: bytes) -> bytes:
    target = request.split(b" ", 2)[1].decode()
    product = parse_qs(urlsplit(target).query)["product_id"][0]
    body = b'{"product_id":%s,"recommendations":[]}' % product.encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


if __name__ == "__main__":
    main()
