"""Workers of the load generator: how many, where they come from, and what they left on record."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import orjson
from pydantic import ValidationError

from analysis.load_workers import clock_gate
from experiment.errors import InputError, RunError
from experiment.load_worker import LoadWorker, RemoteLoad
from experiment.record import Plan
from experiment.scenario import Scenario
from experiment.toml_file import first_problem
from loadtests.options import target_of
from loadtests.summary import SUMMARY_NAME
from loadtests.workers.address import DEFAULT_PORT, Address
from loadtests.workers.files import CONNECTED_NAME

LOOPBACK = "127.0.0.1"
LISTEN = f"{LOOPBACK}:{DEFAULT_PORT}"
OWN_WITHIN_S = 30.0
"""Processes of this machine start at once."""
COME_BACK_WITHIN_S = 120.0
"""Those that are there already are back in seconds; one whose master was killed takes a minute."""
COME_WITHIN_S = 900.0
"""The first time, somebody may still have to start them."""


@dataclass(frozen=True)
class LoadWorkers:
    """How the load is divided. No workers: one process sends all of it."""

    count: int = 0
    listen: Address | None = None
    """Where workers of other machines find their master; None: they are processes of this one."""
    within_s: float = OWN_WITHIN_S
    """Until all are ready."""

    @property
    def are_remote(self) -> bool:
        return self.listen is not None

    def patient(self) -> "LoadWorkers":
        """The same, with time for somebody to start them."""
        return replace(self, within_s=COME_WITHIN_S) if self.are_remote else self

    def cores(self, own: int) -> int:
        """How many the load can keep busy; ``own`` are those of this machine, 0 for any."""
        count = max(1, self.count)
        return count if self.are_remote else min(count, own or count)

    def options(self) -> list[str]:
        """Of Locust, for a master whose workers find it and no other run's."""
        if not self.count:
            return []
        if self.listen is not None:
            who, port = ["--master", "--expect-workers", str(self.count)], str(self.listen.port)
            return [
                *who, "--master-bind-host", self.listen.host, "--master-bind-port", port
            ]  # fmt: skip
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = str(listener.getsockname()[1])
        return [
            "--processes", str(self.count), "--master-bind-host", "127.0.0.1",
            "--master-bind-port", port, "--master-port", port,
        ]  # fmt: skip

    def not_there(self, record: Path) -> RunError:
        """What to say when the time is over."""
        file = record / CONNECTED_NAME
        came = orjson.loads(file.read_bytes())["workers"] if file.exists() else 0
        where = f" at {self.listen}" if self.are_remote else ""
        return RunError(
            f"{came} of {self.count} load workers came{where} within {self.within_s:g} s."
        )

    @property
    def says(self) -> str:
        """What is waited for, and how to bring it about."""
        return (
            f"waiting for {self.count} load workers at {self.listen} "
            f"(twinstack load-worker --master {self.listen})"
        )


NO_WORKERS = LoadWorkers()


def workers_of(plan: Plan) -> LoadWorkers:
    count, remote = plan.scenario.load.workers, plan.remote_load
    if remote is not None:
        return LoadWorkers(count, Address.parse(remote.listen), COME_BACK_WITHIN_S)
    return LoadWorkers(count) if count > 1 else NO_WORKERS


def load_workers_in(record: Path) -> tuple[LoadWorker, ...]:
    """What the master of a load wrote of its workers; none where it did not come to that."""
    file = record / SUMMARY_NAME
    if not file.exists():
        return ()
    summary = orjson.loads(file.read_bytes())
    return tuple(LoadWorker.model_validate(each) for each in summary.get("load_workers", ()))


def require_clocks(workers: Sequence[LoadWorker]) -> None:
    """Raise RunError when a clock is known too poorly to begin with."""
    if workers and not (gate := clock_gate(workers)).passed:
        raise RunError(f"The load cannot come from these machines: {gate.says}.")


def with_workers(scenario: Scenario, count: int) -> Scenario:
    """The scenario with its load from ``count`` workers; InputError where it does not divide."""
    document = scenario.model_dump()
    document["load"]["workers"] = count
    try:
        return Scenario.model_validate(document)
    except ValidationError as error:
        raise InputError(f"--load-workers {count}: {first_problem(error)}.") from error


@dataclass(frozen=True)
class RemoteWorkers:
    """What somebody wants who starts workers on other machines."""

    count: int
    listen: str = LISTEN
    target: str | None = None

    @classmethod
    def wanted(cls, count: int | None, listen: str | None, target: str | None) -> Self | None:
        """From options of the command line; InputError when they do not go together."""
        if count is None:
            if listen or target:
                raise InputError("--load-listen and --load-target go with --load-workers only.")
            return None
        return cls(count, listen or LISTEN, target)

    def planned(self, platform: str) -> RemoteLoad:
        """InputError when nothing can listen there, or workers would not find the store."""
        address = Address.parse(self.listen)
        address.require_free()
        if self.target is not None:
            target_of(self.target, urlsplit(self.target).hostname)
        elif platform == "local" and is_any(address):
            raise InputError(
                f"--load-listen {self.listen} names no machine: give the address by which the "
                "workers reach this one."
            )
        return RemoteLoad(listen=str(address), target=self.target)


def edge_address(remote: RemoteLoad | None) -> str:
    """Where the store has to listen, so that its load finds it."""
    if remote is None or remote.target is not None:
        return LOOPBACK
    return Address.parse(remote.listen).host


def is_any(address: Address) -> bool:
    """Whether it stands for all addresses of a machine."""
    try:
        return ip_address(address.host).is_unspecified
    except ValueError:
        return address.host == "*"
