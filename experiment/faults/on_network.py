"""Faults on the network, aimed at the hop from one role to another.

Between services a network exists on one side only: the modules of a monolith call each other in
one process. The way to the payment provider exists on both.
"""

from collections.abc import Iterable
from itertools import combinations
from math import inf
from typing import Literal, Self

from pydantic import Field, model_validator

from experiment.faults.fault import PlannedFault
from experiment.faults.on_roles import Role
from experiment.part import Positive
from experiment.store import Architecture

Caller = Literal["any", "storefront", "carts", "orders", "payments"]
Callee = Literal[Role, "payment-provider"]

CALLS: dict[str, tuple[str, ...]] = {
    "storefront": (
        "accounts",
        "carts",
        "catalog",
        "inventory",
        "orders",
        "recommendations",
        "search",
    ),
    "carts": ("catalog",),
    "orders": ("carts", "inventory", "notifications", "payments"),
    "payments": ("payment-provider",),
}
"""Which role calls which over the network, where each is a service."""
PROVIDER: Callee = "payment-provider"


def callees_of(architecture: Architecture, role: str) -> tuple[str, ...]:
    """Whom a role calls over the network."""
    return CALLS.get(role, ()) if architecture == "microservices" else (PROVIDER,)


class FaultOnNetwork(PlannedFault):
    caller: Caller = "any"
    """``any``: every role that calls the callee; the edge is none of them."""
    callee: Callee

    @property
    def target(self) -> str:
        return f"{self.caller} to {self.callee}"

    @property
    def hops(self) -> frozenset[tuple[str, str]]:
        """Caller and callee of every hop that it is aimed at."""
        callers = [self.caller] if self.caller != "any" else CALLS
        return frozenset((each, self.callee) for each in callers if self.callee in CALLS[each])

    def exists_in(self, architecture: Architecture) -> bool:
        return architecture == "microservices" or self.callee == "payment-provider"

    @model_validator(mode="after")
    def _is_aimed_at_a_call(self) -> Self:
        if not self.hops:
            raise ValueError(f"{self.caller} does not call {self.callee}")
        return self


class Refusal(FaultOnNetwork):
    """Connections are refused: nothing was sent, and the caller knows at once."""

    kind: Literal["refuse"] = "refuse"


class Reset(FaultOnNetwork):
    """Connections are reset in the middle of an answer: the callee has done what it was asked."""

    kind: Literal["reset"] = "reset"


class BlackHole(FaultOnNetwork):
    """Connections are accepted, and so are bytes, but none gets through before the fault ends.

    Requests that waited reach the callee then, even where their caller has given up, as they do
    when TCP repeats them.
    """

    kind: Literal["black-hole"] = "black-hole"


class Latency(FaultOnNetwork):
    """Bytes take longer; connecting, which callers with pooled connections rarely do, does not."""

    kind: Literal["latency"] = "latency"
    delay_ms: Positive
    """One way: a call and its answer take twice as much longer."""
    jitter_ms: float = Field(ge=0, default=0.0)
    """Delays lie evenly between ``delay_ms`` less and plus this much."""

    @model_validator(mode="after")
    def _never_arrives_early(self) -> Self:
        if self.jitter_ms > self.delay_ms:
            raise ValueError("jitter_ms must not be larger than delay_ms")
        return self


class Bandwidth(FaultOnNetwork):
    """All connections of a hop share so much in each direction, to each instance of the callee."""

    kind: Literal["bandwidth"] = "bandwidth"
    kb_per_s: Positive
    """1,000 bytes a second."""


class Partition(FaultOnNetwork):
    """Packets are lost, in calls both ways where the callee also calls the caller's role.

    With ``any`` caller the callee is cut off from all other services. Nobody is told: callers
    wait until their deadlines. Established ways of the edge and the database stay.
    """

    kind: Literal["partition"] = "partition"

    @property
    def hops(self) -> frozenset[tuple[str, str]]:
        back = [callee for callee in CALLS.get(self.callee, ()) if self.caller in ("any", callee)]
        return super().hops | {(self.callee, callee) for callee in back}


NetworkFault = Refusal | Reset | BlackHole | Latency | Bandwidth | Partition


def require_one_per_hop(faults: Iterable[PlannedFault]) -> None:
    """ValueError when two faults of a phase are planned for the same hop at the same time."""
    aimed = [fault for fault in faults if isinstance(fault, FaultOnNetwork)]
    for one, other in combinations(aimed, 2):
        (begins, ends), (other_begins, other_ends) = (f.held_s(0.0, inf) for f in (one, other))
        if one.hops & other.hops and begins < other_ends and other_begins < ends:
            raise ValueError(f"{one.kind} and {other.kind} hold on the same hop at the same time")
