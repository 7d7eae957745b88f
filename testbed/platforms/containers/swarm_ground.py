"""Tasks of Swarm services as the ground of a store."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from docker.models.containers import Container
from docker.models.networks import Network

from testbed.platforms.containers import swarm
from testbed.platforms.containers.casting import Cast
from testbed.platforms.containers.container import RunningContainer
from testbed.platforms.containers.ground import ContainerGround
from testbed.platforms.containers.swarm import GATEWAY_NETWORK, Services
from testbed.platforms.containers.wiring import gateway_of
from testbed.platforms.running import Address
from testbed.platforms.store.instances import InstancePlan, RunningInstance

TASK = "{{.Task.ID}}"
"""Swarm fills it in, for each task of a service."""
_TASK_LABEL = "com.docker.swarm.task.id"


class SwarmGround(ContainerGround):
    """Implements ``Ground``: a role is a service, and its instances are tasks.

    What has ended, by whosever hand, is replaced by the engine; an instance that is started anew
    takes such a task over.
    """

    def __init__(self, services: Services, **others: Any) -> None:
        super().__init__(**others)
        self._services = services
        self._outside: dict[str, str] = {}
        """By address on the network of services, the address from here."""
        self._port_by_role: dict[str, int] = {}
        self._waking: list[threading.Timer] = []

    def launch(self, plan: InstancePlan, slower_by_s: float) -> RunningInstance:
        # One for all tasks of a role: Swarm makes them alike.
        port = self._port_by_role.setdefault(plan.role, next(self._ports))
        told = {"TWINSTACK_INSTANCE": f"{plan.role}-{TASK}"}
        if plan.settings.telemetry_file is not None:
            told["TWINSTACK_TELEMETRY_FILE"] = str(self._counters(TASK))
        process = self._start_instance(plan, {**plan.settings.environment(), **told}, port)
        if slower_by_s:
            self._hold_up(process, slower_by_s)
        address = process.address_in(str(self._wiring.to(plan.role).name)), port
        return RunningInstance(
            self._plan_of(plan, process), process, address, self.from_here(address)
        )

    def _counters(self, task: str) -> Path:
        return self._folder / f"{task}.counters"

    def _plan_of(self, plan: InstancePlan, process: RunningContainer) -> InstancePlan:
        """The plan as the task has it: with counters in a file of its own."""
        if plan.settings.telemetry_file is None:
            return plan
        file = self._counters(process.container.labels[_TASK_LABEL])
        return replace(plan, settings=plan.settings.model_copy(update={"telemetry_file": file}))

    def _hold_up(self, process: RunningContainer, seconds: float) -> None:
        """Swarm starts all tasks of a service alike, so that a slow one is frozen for a while."""
        process.pause()
        timer = threading.Timer(seconds, process.resume)
        self._waking.append(timer)
        timer.start()

    def vacate(self, plan: InstancePlan) -> None:
        self._services.give_up(plan.role)
        super().vacate(plan)

    def from_here(self, address: Address) -> Address:
        host, port = address
        return self._outside[host], port

    def proxy_host(self, callee: str) -> str:  # noqa: ARG002 - the same for all
        return gateway_of(self._yard.client.networks.get(GATEWAY_NETWORK))

    def close(self) -> None:
        for timer in self._waking:
            timer.cancel()
        self._services.remove()
        super().close()

    def _container(self, service: str, chosen: Cast, networks: Sequence[Network]) -> Container:
        self._services.prepare(service, self._moulds[service], chosen, list(networks))
        container = self._services.adopt(service)
        swarm.settle(container, chosen.placement)
        inside = container.attrs["NetworkSettings"]["Networks"][chosen.network]
        self._outside[inside["IPAddress"]] = swarm.address_from_here(self._yard.client, container)
        return container
