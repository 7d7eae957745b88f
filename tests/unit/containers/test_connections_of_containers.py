"""Connections as their called ends see them, each in the network of its container."""

from testbed.platforms.containers.connections import called
from testbed.platforms.footprint import Connection
from testbed.sockets import TcpSocket

EDGE, CATALOG, TESTBED = "172.18.0.2", "172.18.0.3", "172.18.0.1"
ROLES = {EDGE: "edge", CATALOG: "catalog"}


def _end(local_port: int, remote: str) -> TcpSocket:
    return TcpSocket(local_port, remote, 50_000, 1, 7, 100, 900)


def test_a_caller_is_known_by_its_address() -> None:
    (found,) = called("catalog", [8003], [_end(8003, EDGE)], ROLES)
    assert found == Connection("edge", "catalog", 7, 1000)


def test_who_calls_the_edge_from_elsewhere_is_a_client() -> None:
    (found,) = called("edge", [8080], [_end(8080, TESTBED)], ROLES)
    assert found.caller == "clients"


def test_the_test_bed_that_asks_an_instance_is_left_out() -> None:
    assert list(called("catalog", [8003], [_end(8003, TESTBED)], ROLES)) == []


def test_calls_that_a_container_makes_itself_count_at_their_other_end() -> None:
    assert list(called("catalog", [8003], [_end(40_000, EDGE)], ROLES)) == []
