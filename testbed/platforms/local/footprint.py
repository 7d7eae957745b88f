"""Processes, memory and connections of a store on this machine."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from experiment.footprint import EDGE, PAYMENT_PROVIDER, RoleFootprint
from testbed import procfs, sockets
from testbed.platforms.footprint import Connection
from testbed.platforms.local.connections import between_roles
from testbed.platforms.local.databases import DatabaseSet
from testbed.platforms.local.instances import RunningInstance
from testbed.platforms.local.processes import OwnedProcess

Roots = Mapping[str, Collection[int]]
"""By role the processes that lead a tree each."""

_CONNECTIONS = """
    SELECT datname, count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND datname IS NOT NULL GROUP BY datname
"""


def roots_of(instances: Iterable[RunningInstance], edge: OwnedProcess | None) -> Roots:
    """Of the edge and of each role of the store that is alive."""
    roots = {EDGE: [edge.pid] if edge else []}
    for each in instances:
        if each.process.is_alive and each.plan.role != PAYMENT_PROVIDER:
            roots.setdefault(each.plan.role, []).append(each.process.pid)
    return roots


def footprints_of(roots: Roots, databases: DatabaseSet) -> list[RoleFootprint]:
    """One entry per role, and one for the database."""
    servers = [server.pid for server in databases.servers if server.is_running]
    connections = dict(_database_connections(databases))
    return [
        RoleFootprint(
            role=role,
            processes=len(pids),
            memory_mb=sum(map(procfs.memory_mb, pids)),
            database_connections=connections.get(role, 0),
        )
        for role, pids in _pids_of({**roots, "database": servers}).items()
    ]


def connections_of(
    roots: Roots, instances: Sequence[RunningInstance], edge_ports: Iterable[int]
) -> list[Connection]:
    """TCP connections to the edge, to instances and to the payment provider."""
    listeners = {each.port: each.plan.role for each in instances}
    listeners |= dict.fromkeys(edge_ports, EDGE)
    inodes = {role: sockets.inodes_of(pids) for role, pids in _pids_of(roots).items()}
    return between_roles(sockets.established(), listeners, inodes)


def _pids_of(roots: Roots) -> dict[str, list[int]]:
    """All processes of each role now."""
    processes = procfs.snapshot()
    return {
        role: [stat.pid for pid in pids for stat in procfs.tree(processes, pid)]
        for role, pids in roots.items()
    }


def _database_connections(databases: DatabaseSet) -> Iterator[tuple[str, int]]:
    roles = {own.name: role for role, own in databases.by_role.items()}
    for server in databases.servers:
        with server.connect() as connection:
            for name, number in connection.execute(_CONNECTIONS):
                if name in roles:  # not our own one, to no role's database
                    yield roles[name], number
