"""From a deployment to the plans of its processes: pure, nothing is started here."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from store.payment_provider.client import PAYMENT_PROVIDER
from store.runtime.deployable import Deployable
from store.runtime.policies import Policies
from store.runtime.settings import Secret, Settings
from testbed.platforms.platform import Deployment
from testbed.platforms.store.envoy import EdgePlan
from testbed.platforms.store.instances import InstancePlan

INSTRUMENT_SWITCH = "instrument"
"""Name of its file in the folder of a deployment that has one."""
PROVIDER_THREADS = 64
"""Many: the outside party must not be what a store waits for in line."""


def drawn_secrets() -> dict[Secret, str]:
    """Of one deployment, known to nobody else."""
    return {name: secrets.token_hex(16) for name in get_args(Secret)}


@dataclass(frozen=True)
class Blueprint:
    """All plans of one deployment, whose files lie in ``folder``."""

    deployment: Deployment
    folder: Path
    database_urls: Mapping[str, str]
    """By role."""
    secrets: Mapping[Secret, str] = field(default_factory=drawn_secrets, repr=False)

    @property
    def faults_file(self) -> Path:
        return self.folder / "faults.json"

    @property
    def peers_files(self) -> dict[str, Path]:
        """By role: each sees the others in a file of its own."""
        return {role: self.folder / f"{role}.peers.json" for role in self.roles}

    @property
    def state_changes_file(self) -> Path:
        return self.folder / "state-changes.jsonl"

    @property
    def instrument_switch(self) -> Path | None:
        """None: the instrument is on for good."""
        return self.folder / INSTRUMENT_SWITCH if self.deployment.switched_instrument else None

    @property
    def roles(self) -> list[str]:
        return self.deployment.roles

    def provider(self) -> InstancePlan:
        """The outside payment provider: no database, no faults, no telemetry of ours."""
        settings = Settings(
            role=PAYMENT_PROVIDER,
            instance=PAYMENT_PROVIDER,
            provider_token=self.secrets["provider_token"],
            threads=PROVIDER_THREADS,
        )
        return InstancePlan(
            "store.payment_provider.app:create_app()", settings, self.folder, ready_path="/healthz"
        )

    def instances(self) -> Iterator[InstancePlan]:
        for deployable in self.deployment.deployables:
            for number in range(1, self.deployment.count(deployable.role) + 1):
                yield self.instance(deployable.role, number)

    @property
    def names(self) -> list[str]:
        """Of the instances that it starts with, in their order."""
        return [plan.name for plan in self.instances()]

    def instance(self, role: str, number: int) -> InstancePlan:
        deployable = next(each for each in self.deployment.deployables if each.role == role)
        return InstancePlan(deployable.app, self._settings(deployable, number), self.folder)

    def edge(self, *, port: int | None, mesh: bool, address: str = "127.0.0.1") -> EdgePlan:
        routes = {
            prefix: deployable.role
            for deployable in self.deployment.deployables
            for prefix in deployable.routes
        }
        return EdgePlan(
            routes,
            self.roles,
            self.folder / "members",
            port or 0,
            address,
            mesh=mesh,
            most_in_flight=self._most_in_flight() if self.policies.shedding else {},
            stamps_start=self.policies.deadline == "propagated",
            protects_from_slow_clients=self.deployment.slow_client_protection == "edge",
        )

    @property
    def policies(self) -> Policies:
        planned = self.deployment.policies
        return Policies.model_validate(planned.model_dump(exclude={"level"}, exclude_none=True))

    def _most_in_flight(self) -> dict[str, int]:
        """Beyond it the edge refuses: per request thread one request in hand and one in line."""
        threads = self.deployment.work.threads
        return {role: 2 * threads * self.deployment.count(role) for role in self.roles}

    def _settings(self, deployable: Deployable, number: int) -> Settings:
        name = f"{deployable.role}-{number}"
        work = self.deployment.work
        settings = Settings(
            role=deployable.role,
            instance=name,
            database_url=self.database_urls.get(deployable.role),
            peers_file=self.peers_files[deployable.role],
            client=self.deployment.client,
            threads=work.threads,
            reservation_s=work.reservation_s,
            without=frozenset(self.deployment.without),
            recommendation_factors=work.recommendation_factors,
            recommendation_passes=work.recommendation_passes,
            faults_file=self.faults_file,
            telemetry_file=self.folder / f"{name}.counters",
            instrument_switch=self.instrument_switch,
            policies=self.policies,
            state_changes_file=self.state_changes_file,
        )
        return settings.model_copy(update={name: self.secrets[name] for name in deployable.secrets})
