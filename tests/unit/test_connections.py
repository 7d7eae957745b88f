"""Sockets of the kernel, sorted by who of a store holds them."""

from testbed.platforms.footprint import Connection, grown
from testbed.platforms.local.connections import between_roles
from testbed.sockets import TcpSocket

HERE = "127.0.0.1"
EDGE_PORT, CATALOG_PORT = 8000, 9000
LISTENERS = {EDGE_PORT: "edge", CATALOG_PORT: "catalog"}
CLIENT, EDGE_TO_CLIENT, EDGE_TO_CATALOG, CATALOG, TESTBED, CATALOG_TO_TESTBED = range(1, 7)
INODES = {"edge": {EDGE_TO_CLIENT, EDGE_TO_CATALOG}, "catalog": {CATALOG, CATALOG_TO_TESTBED}}


def _both_ends(caller_port: int, called_port: int, inodes: tuple[int, int]) -> list[TcpSocket]:
    """A connection whose caller sent 100 bytes and received 900."""
    calling, called = inodes
    return [
        TcpSocket(caller_port, HERE, called_port, calling, 10 * calling, 100, 900),
        TcpSocket(called_port, HERE, caller_port, called, 10 * called, 900, 100),
    ]


def test_each_connection_counts_once_with_the_roles_at_its_ends() -> None:
    sockets = [
        *_both_ends(50_001, EDGE_PORT, (CLIENT, EDGE_TO_CLIENT)),
        *_both_ends(50_002, CATALOG_PORT, (EDGE_TO_CATALOG, CATALOG)),
    ]

    assert between_roles(sockets, LISTENERS, INODES) == [
        Connection("clients", "edge", 10 * EDGE_TO_CLIENT, 1000),
        Connection("edge", "catalog", 10 * CATALOG, 1000),
    ]


def test_a_stranger_who_calls_a_service_past_the_edge_is_no_part_of_the_store() -> None:
    sockets = _both_ends(50_003, CATALOG_PORT, (TESTBED, CATALOG_TO_TESTBED))

    assert between_roles(sockets, LISTENERS, INODES) == []


def test_bytes_between_two_readings_are_those_of_old_and_of_new_connections() -> None:
    before = [Connection("edge", "catalog", 1, 1000), Connection("edge", "catalog", 2, 70)]
    after = [Connection("edge", "catalog", 1, 1500), Connection("edge", "catalog", 3, 40)]

    assert grown(before, after) == {("edge", "catalog"): 540}
