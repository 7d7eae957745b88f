"""What a store consists of: processes, memory and connections to databases."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from experiment.footprint import EDGE, PAYMENT_PROVIDER, RoleFootprint
from testbed.platforms.running import Look, Running
from testbed.platforms.store.databases import DatabaseSet
from testbed.platforms.store.instances import RunningInstance

Roots = Mapping[str, Collection[Running]]
"""What runs of each role."""

_CONNECTIONS = """
    SELECT datname, count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND datname IS NOT NULL GROUP BY datname
"""


def roots_of(instances: Iterable[RunningInstance], edge: Running | None) -> Roots:
    """Of the edge and of each role of the store that is alive."""
    roots = {EDGE: [edge] if edge else []}
    for each in instances:
        if each.process.is_alive and each.plan.role != PAYMENT_PROVIDER:
            roots.setdefault(each.plan.role, []).append(each.process)
    return roots


def footprints_of(roots: Roots, databases: DatabaseSet, look: Look) -> list[RoleFootprint]:
    """One entry per role, and one for the database."""
    servers = [server.running for server in databases.servers if server.running is not None]
    connections = dict(_database_connections(databases))
    return [
        RoleFootprint(
            role=role,
            processes=sum(len(look.pids(each)) for each in running),
            memory_mb=sum(map(look.memory_mb, running)),
            database_connections=connections.get(role, 0),
        )
        for role, running in {**roots, "database": servers}.items()
    ]


def _database_connections(databases: DatabaseSet) -> Iterator[tuple[str, int]]:
    roles = {own.name: role for role, own in databases.by_role.items()}
    for server in databases.servers:
        with server.connect() as connection:
            for name, number in connection.execute(_CONNECTIONS):
                if name in roles:  # not our own one, to no role's database
                    yield roles[name], number
