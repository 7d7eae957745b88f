"""Faults aimed at a role: they mean the same in both stores."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiment.faults.fault import PlannedFault
from experiment.part import Positive, Share

Role = Literal[
    "accounts",
    "catalog",
    "search",
    "recommendations",
    "carts",
    "inventory",
    "payments",
    "orders",
    "notifications",
]

NAME_PRODUCTS = frozenset({"catalog", "recommendations", "carts", "inventory"})
"""Roles whose calls name products, alike in both stores."""

ANSWER_NOTHING = frozenset({"payments", "notifications"})
"""Roles whose calls say no more than that they succeeded, in both stores."""


class FaultOnRole(PlannedFault):
    role: Role

    @property
    def target(self) -> str:
        return self.role


class Outage(FaultOnRole):
    """The role is lost.

    A service is killed and kept down; in the monolith the code of the role crashes its process
    each time it is reached.
    """

    kind: Literal["outage"] = "outage"


class FaultInCode(FaultOnRole):
    """Acts in the code of its role, at the same boundary on both sides.

    In the services that is the service's HTTP interface, in the monolith the entries of the
    module. ``store/runtime/faults`` has a class with the same members for each kind.
    """

    probability: Share = 1.0
    """Of striking a call."""


class Crash(FaultInCode):
    """Calls of the role kill their process, which starts anew by itself.

    With a ``product_id`` only those that name this product do: a poison request.
    """

    kind: Literal["crash"] = "crash"
    product_id: Annotated[int, Field(ge=1, le=100_000)] | None = None

    @model_validator(mode="after")
    def _can_be_poisoned(self) -> Self:
        if self.product_id is not None and self.role not in NAME_PRODUCTS:
            raise ValueError(
                f"calls of {self.role} name no product; those of these roles do: "
                f"{', '.join(sorted(NAME_PRODUCTS))}"
            )
        return self


class Errors(FaultInCode):
    """Calls of the role end in an exception that nobody expected."""

    kind: Literal["error"] = "error"


class Delay(FaultInCode):
    """Calls of the role take ``delay_ms`` longer, give or take up to ``jitter_ms`` (uniform)."""

    kind: Literal["delay"] = "delay"
    delay_ms: Positive
    jitter_ms: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.jitter_ms > self.delay_ms:
            raise ValueError("jitter_ms must not be more than delay_ms")
        return self


class Hang(FaultInCode):
    """Calls of the role wait until the fault is lifted."""

    kind: Literal["hang"] = "hang"


class CpuBurn(FaultInCode):
    """Calls of the role use ``cpu_ms`` of CPU time more."""

    kind: Literal["cpu-burn"] = "cpu-burn"
    cpu_ms: Positive


class MemoryLeak(FaultInCode):
    """Each call of the role leaves ``mb_per_call`` behind, at most ``most_mb`` in a process (MiB).

    A limit on memory that is reached before is enforced by the kernel: it kills whoever holds most
    among those who share the limit.
    """

    kind: Literal["memory-leak"] = "memory-leak"
    mb_per_call: Positive
    most_mb: Positive

    @model_validator(mode="after")
    def _holds_a_call(self) -> Self:
        if self.most_mb < self.mb_per_call:
            raise ValueError("most_mb must not be less than mb_per_call")
        return self


class PoolExhaustion(FaultInCode):
    """From the first call of the role on, its process lacks ``connections`` of its pool.

    The pool of a service is its own; all modules of the monolith share one.
    """

    kind: Literal["pool-exhaustion"] = "pool-exhaustion"
    connections: Annotated[int, Field(ge=1, le=256)]


class WrongBody(FaultInCode):
    """Answers of the role say success and have the agreed shape, but all their values are blank.

    Calls that answer nothing stay as they are.
    """

    kind: Literal["wrong-body"] = "wrong-body"

    @model_validator(mode="after")
    def _has_a_body(self) -> Self:
        if self.role in ANSWER_NOTHING:
            raise ValueError(f"calls of {self.role} answer nothing that could be wrong")
        return self


RoleFault = (
    Outage | Crash | Errors | Delay | Hang | CpuBurn | MemoryLeak | PoolExhaustion | WrongBody
)
