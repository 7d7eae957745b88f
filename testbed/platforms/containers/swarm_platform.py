"""Platform ``swarm``: every role of a store is a service of a Swarm on this machine."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from docker import DockerClient

from experiment.errors import InputError
from testbed.platforms.containers import checks, swarm
from testbed.platforms.containers.database import DatabaseContainer
from testbed.platforms.containers.factors import SWARM
from testbed.platforms.containers.ground import ContainerGround
from testbed.platforms.containers.platform import ComposePlatform
from testbed.platforms.containers.swarm import Services
from testbed.platforms.containers.swarm_ground import SwarmGround
from testbed.platforms.containers.wiring import Wiring
from testbed.platforms.containers.yard import Yard
from testbed.platforms.platform import Deployment
from testbed.platforms.store.store import Store
from testbed.telling import Telling, silent

NO_PORT = "Platform swarm publishes no port: leave --port away, and open the address that is shown."


class SwarmPlatform(ComposePlatform):
    """Implements ``Platform``; the moulds of its services are those of platform compose."""

    @property
    def factors(self) -> dict[str, str]:
        return {**super().factors, **SWARM}

    def _require(self, client: DockerClient) -> str:
        return checks.require_swarm(client)

    def _groups_by(self) -> str:
        return "swarm"

    def _join(self, undo: ExitStack) -> None:
        undo.enter_context(swarm.joined(self._client, self.belongings))

    def up(
        self,
        deployment: Deployment,
        workdir: Path,
        port: int | None = None,
        tell: Telling = silent,
    ) -> Store:
        """Implement ``Platform.up``; InputError when a port is asked for."""
        if port is not None:
            raise InputError(NO_PORT)
        return super().up(deployment, workdir, tell=tell)

    def _wiring(
        self, yard: Yard, deployment: Deployment, servers: Mapping[str, DatabaseContainer]
    ) -> Wiring:
        return Wiring(yard.overlay, deployment, servers, apart=False)

    def _ground(self, deployment: Deployment, **parts: Any) -> ContainerGround:
        yard = parts["yard"]
        counts = {role: deployment.count(role) for role in deployment.roles}
        services = Services(self._client, yard.labels, yard.prefix, counts)
        return SwarmGround(services, **parts)
