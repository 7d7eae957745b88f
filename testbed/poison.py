"""A poison product has to be asked for while it is poison: the schedule is looked at beforehand.

Arrivals choose products by the popularity of the sample data, so the share of a product is known
before a run, and it is the same in every arm.
"""

from collections.abc import Iterator, Mapping

import orjson
import pyarrow as pa

from experiment.errors import InputError
from experiment.faults.on_roles import Crash, Role
from experiment.part import Profile
from experiment.scenario import Scenario
from loadtests.schedule import arrivals_of

FEWEST = 10
"""Requests in one schedule; another block's then has none once in twenty thousand."""

NAMED_BY: Mapping[Role, frozenset[str]] = {
    "catalog": frozenset({"product-page"}),
    "inventory": frozenset({"product-page"}),
    "recommendations": frozenset({"product-page", "recommend"}),
    "carts": frozenset({"put-cart-item"}),
}
"""Operations that name their product to a role, in both stores."""


def require_poison_in_load(scenario: Scenario, profile: Profile) -> None:
    """InputError when a planned poison request would hardly be sent."""
    arrivals: pa.Table | None = None
    for fault, begins_s, ends_s in _poisonings(scenario, profile):
        arrivals = arrivals or arrivals_of(scenario, profile, scenario.seed)
        count = requests_for(arrivals, fault, begins_s, ends_s)
        if count < FEWEST:
            raise InputError(
                f"{scenario.name}: product {fault.product_id} is poison from {begins_s:g} s to "
                f"{ends_s:g} s, but only {count} requests name it to {fault.role} in that time; "
                f"choose one that is asked for at least {FEWEST} times."
            )


def requests_for(arrivals: pa.Table, fault: Crash, begins_s: float, ends_s: float) -> int:
    """Scheduled requests that name the fault's product to its role in that time."""
    return sum(
        begins_s <= row["intended_s"] < ends_s
        and row["operation"] in NAMED_BY[fault.role]
        and orjson.loads(row["choices"])["product_id"] == fault.product_id
        for row in arrivals.select(["intended_s", "operation", "choices"]).to_pylist()
    )


def _poisonings(scenario: Scenario, profile: Profile) -> Iterator[tuple[Crash, float, float]]:
    for planned in scenario.timetable(profile):
        for fault in planned.phase.faults:
            if isinstance(fault, Crash) and fault.product_id is not None:
                yield fault, *fault.held_s(planned.start_s, planned.end_s)
