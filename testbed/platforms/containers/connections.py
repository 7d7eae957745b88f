"""Connections between containers, each of which has a network of its own."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from experiment.footprint import CLIENTS, EDGE
from testbed import sockets
from testbed.platforms.footprint import Connection
from testbed.platforms.running import Running
from testbed.platforms.store.instances import RunningInstance
from testbed.sockets import TcpSocket


def connections_of(
    instances: Sequence[RunningInstance],
    edge: Running,
    edge_ports: Collection[int],
    roles: Mapping[str, str],
) -> list[Connection]:
    """TCP connections to the edge and to instances, as their called ends see them.

    ``roles``: by each of their addresses.

    RunError without the right to look into the networks of containers, which root has.
    """
    alive = [each for each in instances if each.process.is_alive]
    found: list[Connection] = []
    for each in alive:
        ends = sockets.established(each.process.pid)
        found += called(each.plan.role, [each.address[1]], ends, roles)
    return [*found, *called(EDGE, edge_ports, sockets.established(edge.pid), roles)]


def called(
    callee: str,
    ports: Collection[int],
    ends: Iterable[TcpSocket],
    roles: Mapping[str, str],
) -> Iterator[Connection]:
    """Those of ``ends``, all in one container, that were called; ``roles``: by address.

    Who is at no known address is a client where the edge is called; anybody else, such as a test
    bed that waits for an instance to be ready, is no part of the store and left out.
    """
    for end in ends:
        caller = roles.get(end.remote_address, CLIENTS if callee == EDGE else None)
        if end.local_port in ports and caller is not None:
            yield Connection(caller, callee, end.cookie, end.sent_bytes + end.received_bytes)
