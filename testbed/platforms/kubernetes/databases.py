"""The databases of a store in a cluster, as the test bed reaches them: over loopback ports."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from psycopg.conninfo import make_conninfo

from experiment.errors import RunError
from store.runtime.deployable import Deployable
from testbed.platforms.kubernetes.forwarding import Forward
from testbed.platforms.platform import RoleData

PORT = 5432
SUPERUSER = "postgres"


@dataclass(frozen=True)
class OwnedDatabase:
    """One owner's, on whichever server."""

    deployable: Deployable
    server: str
    """The owner after whom the server is named."""
    way: Forward
    admin_password: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def url_from_here(self) -> str:
        """As its owner opens it."""
        return self._url(self.deployable.role, self.password)

    @property
    def admin_url(self) -> str:
        """Fails within seconds, whatever the server does."""
        return make_conninfo(self._url(SUPERUSER, self.admin_password), connect_timeout=5)

    def _url(self, user: str, password: str) -> str:
        # The owner's role and database have its name: see docker/kubernetes/database.
        name = self.deployable.role
        return f"postgresql://{user}:{password}@127.0.0.1:{self.way.port}/{name}"


@dataclass(frozen=True)
class ClusterDatabases:
    by_role: Mapping[str, OwnedDatabase]

    def holding(self, role: str) -> OwnedDatabase:
        """The role's own, or that of the deployable in which it is a part; RunError without."""
        for own in self.by_role.values():
            if role == own.deployable.role or role in own.deployable.tables:
                return own
        raise RunError(f"Nobody keeps data for {role!r}; there are {sorted(self.by_role)}.")

    def data_of(self, role: str) -> RoleData:
        own = self.holding(role)
        tables = own.deployable.tables.get(role, ())
        return RoleData(own.admin_url, own.url_from_here, tuple(tables))
