"""Processes, memory and database connections of a store on this machine."""

from collections.abc import Collection, Iterator, Mapping

from experiment.footprint import RoleFootprint
from testbed import procfs
from testbed.platforms.local.databases import DatabaseSet

Roots = Mapping[str, Collection[int]]
"""By role the processes that lead a tree each."""

_CONNECTIONS = """
    SELECT datname, count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND datname IS NOT NULL GROUP BY datname
"""


def pids_of(roots: Roots) -> dict[str, list[int]]:
    """All processes of each role now."""
    processes = procfs.snapshot()
    return {
        role: [stat.pid for pid in pids for stat in procfs.tree(processes, pid)]
        for role, pids in roots.items()
    }


def footprints_of(roots: Roots, databases: DatabaseSet) -> list[RoleFootprint]:
    """One entry per role."""
    connections = dict(_database_connections(databases))
    return [
        RoleFootprint(
            role=role,
            processes=len(pids),
            memory_mb=sum(map(procfs.memory_mb, pids)),
            database_connections=connections.get(role, 0),
        )
        for role, pids in pids_of(roots).items()
    ]


def _database_connections(databases: DatabaseSet) -> Iterator[tuple[str, int]]:
    roles = {own.name: role for role, own in databases.by_role.items()}
    for server in databases.servers:
        with server.connect() as connection:
            for name, number in connection.execute(_CONNECTIONS):
                if name in roles:  # not our own one, to no role's database
                    yield roles[name], number
