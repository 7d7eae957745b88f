"""The store of a scenario: its architecture, its size, and what it may use."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiment.autoscaling import Bounds
from experiment.part import Part, Slug
from experiment.policies import Policies

Architecture = Literal["monolith", "microservices"]
DatabaseLayout = Literal["shared", "per-service"]

SlowClientProtection = Literal["edge", "none"]
"""edge: the edge takes in a whole body before it sends a request on, and waits for it only so long
none: it sends a request on with its first byte, and who serves it waits for the rest
"""

HttpClient = Literal["urllib3", "http.client"]
"""With what services call each other; each is told in ``store.runtime.clients``."""

BudgetMode = Literal["pooled", "static", "equal-instances", "equal-cost"]
"""How the CPUs of a budget are handed out; memory is pooled in each.
pooled: to whoever wants them first
static: in slices that never change, one for each role and one for edge and database; all instances
    of a role share its slice
equal-instances: each instance has its quota, edge and database theirs; an arm may have so many
    instances as any other
equal-cost: the same, and an arm may have as many instances as their quotas fit into the budget
"""

CoreUse = Literal["shared", "own"]
"""shared: all of a deployment runs on all cores of the store
own: its instances are placed one after another on the cores of the store, but for the first, which
edge and databases have; the same rule in each architecture, on a machine of four cores or more
"""

Guard = Literal[
    "idempotency", "outbox", "outbox-order", "compensation", "reservation-expiry", "stored-saga"
]
"""What each does: ``store.runtime.guards``."""


Threads = Annotated[int, Field(ge=1, le=256)]
ReservationSeconds = Annotated[float, Field(ge=1, le=600)]
Factors = Annotated[int, Field(ge=1, le=512)]
Passes = Annotated[int, Field(ge=1, le=10_000)]
Quota = Annotated[float, Field(ge=0.001, le=1_000)]
"""CPUs."""
MemoryMb = Annotated[float, Field(ge=64, le=16_777_216)]
"""The edge alone has no room in less than the least."""


class Work(Part):
    """Settings that every process of either architecture gets alike."""

    threads: Threads = 16
    """Request threads of an instance; its database pool has the same size."""
    reservation_s: ReservationSeconds = 60.0
    """How long the inventory keeps pieces for a checkout that does not go on; services only."""
    recommendation_factors: Factors = 32
    """Length of the factor vectors."""
    recommendation_passes: Passes = 100
    """How often the scores are computed per request: multiplies the work, not the answer."""


class OwnWork(Part):
    """What an arm has otherwise than the scenario; None: as the scenario says."""

    threads: Threads | None = None
    reservation_s: ReservationSeconds | None = None
    recommendation_factors: Factors | None = None
    recommendation_passes: Passes | None = None

    def over(self, common: Work) -> Work:
        return common.model_copy(update=self.model_dump(exclude_none=True))


class Arm(Part):
    """One side of a comparison; two arms may be equal (an A/A run)."""

    name: Slug
    architecture: Architecture
    instances: Mapping[str, Annotated[int, Field(ge=1, le=20)]] = {}
    """Instances of single roles (``monolith`` or a service); one where nothing is said."""
    without: tuple[Guard, ...] = ()
    """Guards of the books that are switched off, to show what they are for."""
    databases: DatabaseLayout = "shared"
    """One database server for all data, or one for each service that keeps data, under the same
    budget. The monolith has one in either case."""
    slow_client_protection: SlowClientProtection = "edge"
    """Who waits for a body that does not come."""
    client: HttpClient = "urllib3"
    """Of services only. The payment provider is called by urllib3 in either architecture."""
    loop: Literal["open", "closed"] = "open"
    """``closed`` is a contrast, and no way to measure a store: ``load.users`` users walk the
    schedule, and what is due while a user still waits for an answer is never sent."""
    policies: Policies = Policies()
    scaled: Mapping[str, Bounds] = {}
    """Roles whose instances an autoscaler adds and takes away."""
    quotas: Mapping[str, Quota] = {}
    """CPUs of one instance of a role, or of a role's slice; where nothing is said, the budget's
    ``instance_cpus``, or an equal slice."""
    budget_mode: BudgetMode | None = None
    """None: the budget's."""
    work: OwnWork = OwnWork()

    @model_validator(mode="after")
    def _has_calls_where_it_chooses_a_client(self) -> Self:
        if self.architecture == "monolith" and self.client != "urllib3":
            raise ValueError(
                f"{self.name} is a monolith, whose modules call each other in one process; "
                "only services have a client"
            )
        return self


class Budget(Part):
    """What a deployment may use as a whole: store, edge and database, not the generator."""

    mode: BudgetMode = "pooled"
    cpus: Quota
    memory_mb: MemoryMb
    """MiB (2^20 bytes), as everywhere in this project where a name ends in ``_mb``."""
    instance_cpus: Quota | None = None
    """Quota of one instance; in a pooled budget nobody is held to it, but an autoscaler's target is
    a share of it, as of what a container requests."""
    shared_cpus: Quota | None = None
    """Quota of edge and database together; not in a pooled budget."""
    start_cpus: Quota | None = None
    """Quota of an instance while it starts, where each has its own: the same for all roles of all
    arms, whatever they have once they serve. None: in older records, whose instances started
    outside the budget."""
    most_instances: Annotated[int, Field(ge=1, le=1_000)] | None = None
    """Of all roles together, where the mode is equal-instances."""
    cores: CoreUse = "shared"


NEWCOMERS = 100
"""Of this number of products the last one is new, and nobody has rated it."""


class Sample(Part):
    """Size of the sample data."""

    products: Annotated[int, Field(ge=20, le=100_000)] = 2_000
    customers: Annotated[int, Field(ge=10, le=100_000)] = 1_000
    ratings: Annotated[int, Field(ge=0, le=5_000_000)] = 50_000

    @model_validator(mode="after")
    def _has_room_for_its_ratings(self) -> Self:
        if self.ratings > self.most_ratings:
            raise ValueError(
                f"at most {self.most_ratings} ratings fit so many products and customers"
            )
        return self

    @property
    def most_ratings(self) -> int:
        """A quarter of all pairs of a customer and a product that can be rated."""
        return self.customers * (self.products - self.products // NEWCOMERS) // 4

    @classmethod
    def with_products(cls, products: int) -> Self:
        """The usual sample with these products, and fewer ratings where they do not fit."""
        usual = cls()
        most = usual.model_copy(update={"products": products}).most_ratings
        return cls(products=products, ratings=min(usual.ratings, most))
