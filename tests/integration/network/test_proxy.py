"""The proxy's own process between a callee that sends back what it gets, and callers."""

import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest

from experiment.errors import RunError
from testbed.janitor import Belongings
from testbed.network.impairment import Impairment, Tally
from testbed.platforms.store.proxy import Proxy, start_proxy

PATIENCE_S = 5.0


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        try:
            while content := self.request.recv(65_536):
                self.request.sendall(content)
        except ConnectionError:
            pass  # a reset is what some tests are about


@pytest.fixture(scope="module")
def echo_port() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    with Belongings(folder / "state") as belongings:
        started = start_proxy(folder, belongings, ())
        yield started
        started.close()
        assert started.process.ended_within(PATIENCE_S)  # by itself: nobody is left to obey


class Hop:
    def __init__(self, proxy: Proxy, impairment: Impairment, port: int) -> None:
        callee = "127.0.0.1", port
        self._number, own_port = proxy.open_passage(impairment, callee, "127.0.0.1")
        self._proxy = proxy
        self.address = "127.0.0.1", own_port

    def call(self, timeout_s: float = PATIENCE_S) -> socket.socket:
        return socket.create_connection(self.address, timeout_s)

    def mend(self) -> None:
        self._proxy.ask({"mend": self._number})

    def tally(self) -> Tally:
        return Tally(**self._proxy.ask({"count": self._number}))


@pytest.fixture
def hop(proxy: Proxy, echo_port: int) -> Callable[[Impairment], Hop]:
    return lambda impairment: Hop(proxy, impairment, echo_port)


def _round_trip_s(connection: socket.socket, size: int) -> float:
    start = time.perf_counter()
    connection.sendall(b"x" * size)
    left = size
    while left:
        received = len(connection.recv(65_536))
        assert received, "the connection ended early"
        left -= received
    return time.perf_counter() - start


def _answer(hop: Hop) -> bytes:
    with hop.call() as connection:
        connection.sendall(b"hello")
        return connection.recv(100)


@pytest.mark.alone
def test_a_delay_is_added_in_each_direction_and_gone_when_it_is_mended(
    hop: Callable[[Impairment], Hop],
) -> None:
    slow = hop(Impairment("latency", delay_ms=100))
    with slow.call() as connection:
        trips_s = [_round_trip_s(connection, 100) for _ in range(5)]
        assert min(trips_s) == pytest.approx(0.2, abs=0.005)
        slow.mend()
        assert _round_trip_s(connection, 100) < 0.1
    tally = slow.tally()
    assert tally.waited_s / 10 == pytest.approx(0.1, abs=0.005)


@pytest.mark.alone
def test_connections_share_a_narrow_way(hop: Callable[[Impairment], Hop]) -> None:
    narrow = hop(Impairment("bandwidth", kb_per_s=400))
    with narrow.call() as one, narrow.call() as other:
        start = time.perf_counter()
        for connection in (one, other):
            connection.sendall(b"x" * 100_000)
        for connection in (one, other):
            left = 100_000
            while left:
                left -= len(connection.recv(65_536))
        # 200 kB at 400 kB/s; what comes back follows a piece behind.
        assert time.perf_counter() - start == pytest.approx(0.5, rel=0.05)
    assert narrow.tally().bytes_through == 400_000


def test_a_refused_caller_is_told_at_once_and_latecomers_get_through_afterwards(
    hop: Callable[[Impairment], Hop],
) -> None:
    refusing = hop(Impairment("refuse"))
    with pytest.raises(ConnectionRefusedError):
        refusing.call()
    refusing.mend()
    assert _answer(refusing) == b"hello"


def test_an_answer_breaks_off_in_its_middle(hop: Callable[[Impairment], Hop]) -> None:
    resetting = hop(Impairment("reset"))
    with resetting.call() as connection:
        connection.sendall(b"hello")
        with pytest.raises(ConnectionResetError), connection.makefile("rb") as answer:
            answer.read()
    assert resetting.tally().cut == 1


def test_a_black_hole_holds_what_it_takes_and_lets_it_go_when_it_is_mended(
    hop: Callable[[Impairment], Hop],
) -> None:
    hole = hop(Impairment("black-hole"))
    with hole.call(timeout_s=0.2) as connection:
        connection.sendall(b"hello")
        with pytest.raises(TimeoutError):
            connection.recv(100)
        assert hole.tally().bytes_held == 5
        hole.mend()
        connection.settimeout(PATIENCE_S)
        assert connection.recv(100) == b"hello"


def test_a_caller_beyond_a_partition_hears_nothing_until_it_is_mended(
    hop: Callable[[Impairment], Hop],
) -> None:
    parted = hop(Impairment("partition"))
    with pytest.raises(TimeoutError):
        parted.call(timeout_s=0.2)
    assert parted.tally().packets_dropped == 1
    parted.mend()
    assert _answer(parted) == b"hello"


def test_a_callee_that_is_gone_is_felt_through_the_proxy(proxy: Proxy) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        lonely = Hop(proxy, Impairment("latency", delay_ms=1), nobody.getsockname()[1])
        with pytest.raises(ConnectionResetError):
            _answer(lonely)


def test_a_proxy_that_is_dead_is_an_error(tmp_path: Path) -> None:
    with Belongings(tmp_path / "state") as belongings:
        proxy = start_proxy(tmp_path, belongings, ())
        assert '"network proxy"' in belongings.file.read_text()
        proxy.process.kill()
        with pytest.raises(RunError, match="The network proxy gives no answer"):
            proxy.ask({"count": 0})
        proxy.close()


@pytest.mark.alone
def test_the_proxy_itself_costs_a_fraction_of_a_millisecond(
    hop: Callable[[Impairment], Hop], echo_port: int
) -> None:
    idle = hop(Impairment("refuse"))
    idle.mend()
    with socket.create_connection(("127.0.0.1", echo_port)) as direct, idle.call() as through:
        direct_s = median(_round_trip_s(direct, 500) for _ in range(500))
        added_s = median(_round_trip_s(through, 500) for _ in range(500)) - direct_s
    assert added_s < 0.001
