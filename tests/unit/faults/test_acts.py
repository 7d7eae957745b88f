"""The size of the effect of each fault where control enters a role."""

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from psycopg_pool import PoolTimeout
from struck import Struck

from store.runtime.faults.cpu_burn import CpuBurn
from store.runtime.faults.crash import Crash
from store.runtime.faults.delay import Delay
from store.runtime.faults.hang import Hang
from store.runtime.faults.memory_leak import MemoryLeak
from store.runtime.faults.pool_exhaustion import PoolExhaustion
from store.runtime.faults.products import named_in_request
from store.runtime.telemetry import read_counters
from testbed import procfs

POISON = 7


def _eventually(holds: Callable[[], bool], within_s: float = 2.0) -> bool:
    until = time.monotonic() + within_s
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


def _own_memory_mb() -> float:
    return procfs.memory_mb(os.getpid())


def test_a_delay_lasts_as_long_as_it_says(process: Struck) -> None:
    process.arm(Delay(role="search", delay_ms=200))
    start = time.monotonic()
    process.points.reach("search")
    assert time.monotonic() - start == pytest.approx(0.2, abs=0.02)


def test_jitter_is_uniform_around_the_delay(process: Struck) -> None:
    fault = Delay(role="search", delay_ms=200, jitter_ms=50)
    process.arm(fault)
    [(_, in_force)] = process.points._in_force
    drawn = [fault.drawn_ms(in_force) for _ in range(4_000)]
    assert (min(drawn), max(drawn)) == pytest.approx((150, 250), abs=1)
    assert statistics.median(drawn) == pytest.approx(200, abs=4)
    assert statistics.stdev(drawn) == pytest.approx(100 / 12**0.5, rel=0.05)


def test_a_hang_ends_when_the_fault_is_lifted_though_nobody_else_calls(process: Struck) -> None:
    process.arm(Hang(role="search"))
    caller = threading.Thread(target=process.points.reach, args=("search",))
    caller.start()
    caller.join(0.3)
    assert caller.is_alive()
    process.file.write_text('{"faults": []}')
    caller.join(2.0)
    assert not caller.is_alive()


CRASHING = """
import sys
from pathlib import Path
from store.runtime.faults import FaultPoints
from store.runtime.telemetry import Telemetry
faults, counters = map(Path, sys.argv[1:])
points = FaultPoints(faults, Telemetry(counters))
points.reach("search", lambda: {6})
points.reach("search", lambda: {6, 7})
"""


@pytest.mark.parametrize(("product_id", "hits"), [(None, 1), (POISON, 1), (POISON + 1, 0)])
def test_a_crash_is_counted_and_kills_the_process_if_its_product_is_called(
    product_id: int | None, hits: int, process: Struck
) -> None:
    process.arm(Crash(role="search", product_id=product_id))
    command = [sys.executable, "-c", CRASHING, process.file, process.counters]
    ended = subprocess.run(command, check=False)
    assert ended.returncode == -signal.SIGKILL * hits
    assert read_counters(process.counters).fault_hits == hits


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/products/7", {}),
        ("/?product_id=7&limit=3", {}),
        ("/?ids=5,7", {}),
        ("/", {"method": "PUT", "json": {"lines": [{"product_id": 7, "quantity": 1}]}}),
    ],
)
def test_a_request_names_products_by_path_query_and_lines(path: str, options: dict) -> None:
    app = Flask("catalog")
    app.add_url_rule("/products/<product_id>", view_func=lambda _: "")
    with app.test_request_context(path, **options):
        assert POISON in named_in_request()


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/?product_id=x&ids=,-7", {}),
        ("/", {"method": "PUT", "data": "{", "content_type": "application/json"}),
        ("/", {"method": "PUT", "json": {"lines": [7, {"quantity": 7}]}}),
    ],
)
def test_a_request_that_names_nothing_sensible_names_no_product(path: str, options: dict) -> None:
    with Flask("catalog").test_request_context(path, **options):
        assert named_in_request() == set()


def test_burnt_cpu_time_is_that_of_the_calling_thread(process: Struck) -> None:
    process.arm(CpuBurn(role="search", cpu_ms=30))
    before = time.thread_time()
    for _ in range(5):
        process.points.reach("search")
    assert time.thread_time() - before == pytest.approx(0.150, abs=0.015)


def test_a_leak_keeps_memory_up_to_its_bound_and_frees_it_when_lifted(process: Struck) -> None:
    process.arm(MemoryLeak(role="search", mb_per_call=8, most_mb=50))
    before_mb = _own_memory_mb()
    for _ in range(20):
        process.points.reach("search")
    assert _own_memory_mb() - before_mb == pytest.approx(48, abs=3)
    process.file.write_text('{"faults": []}')
    assert _eventually(lambda: _own_memory_mb() - before_mb < 3)


class PoolInMemory:
    """As many connections as it has; whoever wants one more is told at once that none is free."""

    def __init__(self, size: int) -> None:
        self.free = size

    @contextmanager
    def autocommit(self, wait_s: float) -> Iterator[None]:
        if not self.free:
            raise PoolTimeout
        self.free -= 1
        try:
            yield
        finally:
            self.free += 1


@pytest.mark.parametrize(("connections", "left"), [(3, 2), (9, 0)])
def test_a_pool_lacks_its_connections_from_the_first_call_until_the_fault_is_lifted(
    connections: int, left: int, process: Struck
) -> None:
    pool = PoolInMemory(5)
    process.begin(database=pool)
    process.arm(PoolExhaustion(role="search", connections=connections))
    assert pool.free == 5
    process.points.reach("search")
    assert _eventually(lambda: pool.free == left)
    process.file.write_text('{"faults": []}')
    assert _eventually(lambda: pool.free == 5)


def test_a_connection_in_use_is_taken_when_it_comes_back(process: Struck) -> None:
    pool = PoolInMemory(1)
    process.begin(database=pool)
    process.arm(PoolExhaustion(role="search", connections=1))
    with pool.autocommit(0):
        process.points.reach("search")
    assert _eventually(lambda: pool.free == 0)
