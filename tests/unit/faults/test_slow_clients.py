"""Slow clients are held, opened again within bounds, and gone after the lift."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from experiment.errors import RunError
from experiment.faults.of_clients import SlowClients as Plan
from testbed.faults.slow_clients import SlowClients


class Edge:
    """A server that takes connections and does what the test says with them."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.url = "http://{}:{}".format(*listener.getsockname())
        self.taken: list[socket.socket] = []

    def take(self, connections: int) -> None:
        for _ in range(connections):
            self.taken.append(self._listener.accept()[0])


@pytest.fixture
def edge() -> Iterator[Edge]:
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as closing:
        listener.settimeout(2)
        found = Edge(listener)
        yield found
        for connection in found.taken:
            closing.enter_context(connection)


def test_each_says_how_long_its_body_is_and_sends_a_byte_of_it(edge: Edge) -> None:
    fault = SlowClients(edge.url, Plan(sockets=3, body_bytes=70))
    fault.inject()
    edge.take(3)
    for connection in edge.taken:
        head, body = connection.recv(1_000).split(b"\r\n\r\n")
        assert head.startswith(b"POST /api/sessions HTTP/1.1\r\n")
        assert b"\r\nContent-Length: 70" in head
        assert body == b"{"
    assert fault.bite().felt
    assert fault.bite().says == "3 of 3 sockets were held; the edge closed 0"
    fault.lift()
    fault.lift()
    assert [connection.recv(10) for connection in edge.taken] == [b""] * 3


def test_what_the_edge_closes_is_opened_again(edge: Edge) -> None:
    fault = SlowClients(edge.url, Plan(sockets=2))
    fault.inject()
    edge.take(2)
    edge.taken[0].close()
    edge.take(1)
    bite = fault.bite()
    assert bite.felt
    assert bite.says.startswith("2 of 2 sockets were held; the edge closed 1, at the soonest after")
    fault.lift()


def test_an_edge_that_closes_all_of_them_is_not_asked_for_ever(edge: Edge) -> None:
    fault = SlowClients(edge.url, Plan(sockets=1, most_reopened=2))
    fault.inject()
    for _ in range(3):
        edge.take(1)
        edge.taken[-1].close()
    until = time.monotonic() + 2
    while fault.bite().felt and time.monotonic() < until:
        time.sleep(0.01)
    assert fault.bite().says.startswith("0 of 1 sockets were held; the edge closed 3, ")
    fault.lift()


def test_nobody_at_the_edge_is_an_error_of_the_run_and_no_bite(edge: Edge) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = "http://{}:{}".format(*listener.getsockname())
    fault = SlowClients(url, Plan(sockets=2))
    with pytest.raises(RunError, match="Of 2 slow clients 2 reached no edge"):
        fault.inject()
    assert not fault.bite().felt
    fault.lift()
