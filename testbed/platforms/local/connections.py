"""Who holds which TCP connection of a store: sockets of the kernel, sorted by role."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from experiment.footprint import CLIENTS, EDGE
from testbed import sockets
from testbed.platforms.footprint import Connection
from testbed.platforms.machine.usage import ProcessLook
from testbed.platforms.store.footprint import Roots
from testbed.platforms.store.instances import RunningInstance
from testbed.sockets import TcpSocket


def connections_of(
    roots: Roots, instances: Sequence[RunningInstance], edge_ports: Iterable[int]
) -> list[Connection]:
    """TCP connections between processes of this machine that concern the store."""
    listeners = {each.address[1]: each.plan.role for each in instances}
    listeners |= dict.fromkeys(edge_ports, EDGE)
    look = ProcessLook()
    inodes = {
        role: sockets.inodes_of(pid for each in running for pid in look.pids(each))
        for role, running in roots.items()
    }
    return between_roles(sockets.established(), listeners, inodes)


def between_roles(
    sockets: Sequence[TcpSocket],
    listeners: Mapping[int, str],
    inodes: Mapping[str, Collection[int]],
) -> list[Connection]:
    """Each connection to one of ``listeners`` (role by port), as its called end sees it.

    ``inodes`` are the sockets that the processes of each role hold. Who belongs to no role is a
    client where the edge is called; anybody else, such as a test bed that waits for an instance to
    be ready, is no part of the store and left out.
    """
    holder = {inode: role for role, held in inodes.items() for inode in held}
    callers = {(each.local_port, each.remote_port): holder.get(each.inode) for each in sockets}
    called = (each for each in sockets if each.local_port in listeners)
    found = []
    for each in called:
        callee = listeners[each.local_port]
        caller = callers.get((each.remote_port, each.local_port))
        if caller is None and callee == EDGE:
            caller = CLIENTS
        if caller is not None:
            amount = each.sent_bytes + each.received_bytes
            found.append(Connection(caller, callee, each.cookie, amount))
    return found
