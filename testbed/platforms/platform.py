"""The small interface of every platform: bring a store up, watch it, hurt it, bring it down."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from experiment.footprint import RoleFootprint
from experiment.policies import Policies
from experiment.store import (
    Architecture,
    Budget,
    CoreUse,
    DatabaseLayout,
    Guard,
    HttpClient,
    Sample,
    SlowClientProtection,
    Work,
)
from store.rules.books import Books
from store.rules.limbo import Limbo
from store.runtime.deployable import Deployable
from store.runtime.faults import ArmedFault
from store.runtime.telemetry import Counters
from testbed.janitor import Belongings
from testbed.network.impairment import Impairment, Tally
from testbed.platforms.division import Division
from testbed.platforms.footprint import Connection
from testbed.platforms.machine.affinity import Cores
from testbed.telling import Telling, silent


def at_once() -> None:
    """Holds nothing back."""


@dataclass(frozen=True)
class Deployment:
    """What to bring up: one architecture, its instances, its data and its budget."""

    name: str
    """Shown in messages and logs; two deployments may share it."""
    architecture: Architecture
    deployables: tuple[Deployable, ...]
    instances: Mapping[str, int] = field(default_factory=dict)
    """Instances by role; one where nothing is said."""
    databases: DatabaseLayout = "shared"
    budget: Budget | None = None
    """What store, edge and database may use together; None: no limit is wanted."""
    held_under_load_only: bool = False
    """Whether the CPU budget holds inside ``RunningStore.under_budget`` and nowhere else."""
    sample: Sample = field(default_factory=Sample)
    work: Work = field(default_factory=Work)
    policies: Policies = field(default_factory=Policies)
    network_faults: bool = False
    """Whether its network is going to be impaired: what that takes is started with it."""
    without: tuple[Guard, ...] = ()
    """Guards of the books that are switched off."""
    slow_client_protection: SlowClientProtection = "edge"
    """Whether its edge waits for bodies, or each of its processes for its own."""
    client: HttpClient = "urllib3"
    """With what its services call each other."""
    switched_instrument: bool = False
    """Whether the instrument in its processes can be switched off: for a bench, never for a run,
    since gates and reports rest on it."""
    division: Division = field(default_factory=Division)
    """How the CPUs of the budget are divided."""

    @property
    def core_use(self) -> CoreUse:
        return "shared" if self.budget is None else self.budget.cores

    @property
    def roles(self) -> list[str]:
        return [deployable.role for deployable in self.deployables]

    def count(self, role: str) -> int:
        return self.instances.get(role, 1)

    @property
    def starting(self) -> str:
        """A sentence for a person who waits."""
        number = sum(map(self.count, self.roles))
        instances = "1 instance" if number == 1 else f"{number} instances"
        return f"Starting the edge, the payment provider and {instances} of {self.architecture}."


@dataclass(frozen=True)
class Instance:
    """One process (tree) of a deployment as it is now."""

    role: str
    name: str
    url: str
    pid: int
    alive: bool
    paused: bool = False
    """Whether every process of it is stopped, as by SIGSTOP."""


@dataclass(frozen=True)
class Scaled:
    """Names of the instances that a role has got and lost."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoleData:
    """Where the data of a role are."""

    admin_url: str
    """The database as its server's superuser opens it."""
    owner_url: str
    """The same as the store opens it."""
    tables: tuple[str, ...]
    """The role's tables, in the order in which transactions reach them; empty: all of them."""


@dataclass(frozen=True)
class InstanceReading:
    """What an autoscaler sees of one instance that is alive."""

    name: str
    cpu_s: float
    """Total since it started."""
    in_flight: int
    """Requests in hand."""
    is_ready: bool = True
    """Whether it gets requests: everybody has been told of it."""


@dataclass(frozen=True)
class RoleUsage:
    """What one role has used since the deployment came up."""

    role: str
    """A deployable's role, or ``edge``, ``database``, ``payment-provider``, ``network-proxy``."""
    instances: int
    """Alive now."""
    cpu_s: float
    """Total of all its processes, also of those that are gone."""
    memory_mb: float
    """Proportional set size now, MiB."""
    counters: Counters
    """Sum over the instances; all zero for what is not ours."""
    ready: int | None = None
    """Instances that serve; None where the number is fixed, or it is not a deployable."""
    cpus: float | None = None
    """CPU quotas of the instances alive; what edge and database share stands on the edge. None:
    there are no such quotas."""


@dataclass(frozen=True)
class Hop:
    """The way from the processes of one role to those of another, or to the payment provider."""

    caller: str
    callee: str


class ImpairedNetwork(Protocol):
    """Some hops of a running store under an impairment."""

    def mend(self) -> None:
        """End it; safe to call twice."""

    def tally(self) -> Tally:
        """What callers met so far; RunError when that cannot be known."""


class RunningStore(Protocol):
    """A deployment that serves."""

    @property
    def url(self) -> str:
        """Base URL of the edge, without a slash at the end."""

    @property
    def start_s(self) -> float:
        """Seconds from the first process to a store that serves, data loaded before."""

    @property
    def limits(self) -> dict[str, str]:
        """CPU and memory limits and cores in force, or in a sentence why there are none."""

    def under_budget(self) -> AbstractContextManager[None]:
        """Inside, the CPU budget holds, also where it does under load only."""

    def check(self) -> None:
        """Raise RunError, with its last words, when any part of it has ended by itself.

        Asked again and again, it also notices a part that starts its worker again and again.
        """

    def instances(self) -> list[Instance]:
        """All instances, the payment provider's too, by role and name."""

    def kill_role(self, role: str) -> None:
        """Lose all instances of ``role`` at once, without a chance to say goodbye.

        They stay in every membership list, as after a crash that nobody has noticed.
        """

    def restore_role(self, role: str) -> None:
        """Start what ``kill_role`` took; returns when the role serves through the edge again."""

    def kill(self, names: Collection[str]) -> None:
        """Lose these instances; as ``kill_role``, but by name."""

    def withdraw(self, names: Collection[str]) -> None:
        """Stop these instances in order: nobody sends them more, and what they have is finished."""

    def start_again(self, names: Collection[str], slower_by_s: float = 0.0) -> None:
        """Start again those of them that are not alive; returns when they serve through the edge.

        They take ``slower_by_s`` longer to become ready, and nobody is told of them before.
        """

    def readings(self, role: str) -> list[InstanceReading]:
        """Of all instances of ``role`` that are alive."""

    def scale(self, role: str, instances: int, hold: Callable[[], object] = at_once) -> Scaled:
        """Add or take away instances of ``role``; returns when it is done.

        An added one serves when it is ready and ``hold``, which is called then, has returned. One
        that is taken away, the youngest first, is withdrawn. Roles may be scaled side by side.
        """

    def pause(self, names: Collection[str]) -> None:
        """Stop every process of these instances where it is; their connections stay open."""

    def resume(self, names: Collection[str]) -> None:
        """Let them go on; returns when they serve through the edge again."""

    def stop_database(self, role: str) -> None:
        """End the database server with the data of ``role`` at once, as a crash would."""

    def start_database(self, role: str) -> None:
        """Start it again if it is stopped; returns when it has recovered and takes connections."""

    def data_of(self, role: str) -> RoleData:
        """Where the data of ``role`` are; RunError for a role without any."""

    def arm_faults(self, faults: Sequence[ArmedFault]) -> None:
        """Make exactly these faults armed in all instances; an empty list lifts all."""

    def fault_hits(self, slot: int) -> int:
        """How often armed faults of this slot acted since the store came up.

        Looks at nothing but counters: a fault is lifted as late as its probe takes to look.
        """

    def impair(self, hops: Collection[Hop], impairment: Impairment) -> ImpairedNetwork:
        """Impair the network on ``hops``; returns when all calls that begin there meet it.

        Calls that were sent before end as they would have. A hop has one impairment at a time.
        """

    def usage(self) -> list[RoleUsage]:
        """One entry per role."""

    def footprint(self) -> list[RoleFootprint]:
        """Processes, memory and database connections now, one entry per role of the store."""

    def connections(self) -> list[Connection]:
        """TCP connections open now, of the clients to the edge and between roles."""

    def state_changes(self) -> list[dict[str, Any]]:
        """What its processes have reported since it came up, as journal events; also once down."""

    def books(self) -> Books:
        """The whole books, read from the databases of their owners."""

    def limbo(self) -> AbstractContextManager[Callable[[], Limbo | None]]:
        """A reader of what is in limbo; it reads None while an owner of data does not answer."""

    def down(self) -> None:
        """Stop everything that ``up`` started, and drop its data. Safe to repeat."""


class Platform(AbstractContextManager["Platform"], Protocol):
    """Holds what deployments share; nothing of it is left after its ``with`` block."""

    @property
    def factors(self) -> dict[str, str]:
        """Everything about the set-up that could favour one side, declared."""

    @property
    def generator_cpus(self) -> Collection[int]:
        """Cores for the load generator, so that it does not compete with the store."""

    @property
    def watched_cores(self) -> Cores | None:
        """Whose busy time is all known to be the store's, or the generator's and this tool's.

        None where other programs have to run there as well, or the store's cores are not here.
        """

    @property
    def belongings(self) -> Belongings:
        """Where whatever is started beside the stores has to be recorded."""

    def up(
        self,
        deployment: Deployment,
        workdir: Path,
        port: int | None = None,
        tell: Telling = silent,
    ) -> RunningStore:
        """Bring ``deployment`` up and return when it serves.

        Logs and other files go to ``workdir``. The edge takes ``port``, or a free one. ``tell`` is
        given a sentence when a longer step begins. Raises
        InputError when the port is taken, RunError when a process does not come up; nothing is
        left running then.
        """
