"""Gunicorn instances: one process tree per instance, the same flags for every role."""

import signal
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.runtime import serving
from store.runtime.settings import Settings
from testbed.janitor import Belongings
from testbed.platforms.machine.processes import Program, start
from testbed.platforms.running import Address, Running

FACTORS = {
    "server": (
        f"gunicorn, one gthread worker per instance, keep-alive {serving.KEEP_ALIVE_S} s; "
        "it restarts a crashed worker by itself"
    ),
    "numeric threads": "one per process (OMP_NUM_THREADS, OPENBLAS_NUM_THREADS)",
    "instances": "on loopback, each its own port",
}


@dataclass(frozen=True)
class InstancePlan:
    """One instance to start."""

    app: str
    settings: Settings
    folder: Path
    """Working directory and place of the log."""
    ready_path: str = "/readyz"
    served_by: Callable[[str, int, str], list[str]] = serving.command
    """The server's command line for an application, its threads, and where to listen (fd://N)."""

    @property
    def role(self) -> str:
        return self.settings.role

    @property
    def name(self) -> str:
        return self.settings.instance


@dataclass(frozen=True)
class RunningInstance:
    """An instance and where it listens."""

    plan: InstancePlan
    process: Running
    address: Address
    """Where the edge and other instances reach it."""
    address_from_here: Address
    """Where the test bed reaches it."""

    @property
    def url(self) -> str:
        return url_of(self.address)

    @property
    def url_from_here(self) -> str:
        return url_of(self.address_from_here)


def url_of(address: Address) -> str:
    host, port = address
    return f"http://{host}:{port}"


def start_instance(
    plan: InstancePlan,
    belongings: Belongings,
    cpus: Collection[int],
    joins: Sequence[Path] = (),
    slower_by_s: float = 0.0,
) -> RunningInstance:
    """Start it on a free port; returns at once, before it is ready.

    It takes ``slower_by_s`` longer than it needs to become ready.
    """
    # Bound here and inherited, so that nobody else can take the port in between. Our own copy is
    # closed afterwards: connections to a killed instance are to be refused.
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        address = listener.getsockname()
        program = Program(
            name=plan.name,
            command=plan.served_by(plan.app, plan.settings.threads, f"fd://{listener.fileno()}"),
            log=plan.folder / f"{plan.name}.log",
            environment=_environment(
                plan.settings.model_copy(update={"start_delay_s": slower_by_s})
            ),
            cpus=cpus,
            joins=joins,
            inherits=[listener.fileno()],
            folder=plan.folder,
            # A store is stopped when it has nothing left to do. The graceful way would wait for
            # the connections that its parts keep open to each other, seconds for nothing.
            stop=signal.SIGQUIT,
        )
        return RunningInstance(plan, start(program, belongings), address, address)


def _environment(settings: Settings) -> dict[str, str]:
    return {**settings.environment(), **serving.ENVIRONMENT}
