"""Resilience policies of an arm: a named level, and what differs from it.

``policies = { level = "all", retry = "naive" }``. What each policy does in the stores is told where
it is in force, in ``store.runtime.policies``, by the same names.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import model_validator

from experiment.part import Part, Positive

Level = Literal["off", "timeouts", "default", "all"]
"""off: nothing gives up before the client does, and nothing is done without
timeouts: each call has its limit, and that is all
default: what the stores do when nobody asks: timeouts, fallback, and breakers and bulkheads between
services, which the monolith has no use for
all: everything, in either store wherever there is something to protect: breakers and bulkheads also
before the payment provider, deadlines that travel, retries on a budget, stale answers, shedding"""

Reach = Literal["off", "peers", "all"]

LEVELS: Mapping[Level, Mapping[str, Any]] = {
    "off": {"deadline": "off", "breaker": "off", "bulkhead": "off", "fallback": False},
    "timeouts": {"breaker": "off", "bulkhead": "off", "fallback": False},
    "default": {},
    "all": {
        "deadline": "propagated",
        "retry": "budgeted",
        "breaker": "all",
        "bulkhead": "all",
        "stale_cache": True,
        "shedding": True,
    },
}
"""What each level changes."""


class Policies(Part):
    """Every field that is not given is the level's."""

    level: Level = "default"
    deadline: Literal["off", "per-call", "propagated"] = "per-call"
    request_s: Positive | None = None
    """None: as long as the clients wait, ``load.deadline_s``."""
    retry: Literal["off", "naive", "budgeted"] = "off"
    breaker: Reach = "peers"
    bulkhead: Reach = "peers"
    fallback: bool = True
    stale_cache: bool = False
    shedding: bool = False

    @model_validator(mode="before")
    @classmethod
    def _of_its_level(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {**LEVELS.get(values.get("level", "default"), {}), **values}
