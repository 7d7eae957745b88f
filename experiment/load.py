"""The load of a scenario: which journeys arrive, and how many."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from experiment.part import Part, Positive, Share
from experiment.shape import Flat, Shape

Journey = Literal["browse", "view", "search", "recommend", "buy"]

DeadlineSeconds = Annotated[float, Field(ge=0.001, le=3_600)]
InFlightCap = Annotated[int, Field(ge=1, le=10_000)]
MOST_USERS = 10_000


class Load(Part):
    """Open-loop load: journeys arrive when the schedule says, whatever the store does."""

    rate: Positive
    """Journeys per second at rest."""
    arrivals: Literal["constant", "poisson"] = "poisson"
    shape: Shape = Flat()
    """Factor over time on the rate, beside the surges of the phases; a trace has its own times."""
    mix: Annotated[Mapping[Journey, Positive], Field(min_length=1)]
    """Relative weights of the journeys."""
    think_s: Annotated[float, Field(ge=0, le=60)] = 0.5
    """Mean think time between two steps of a journey, exponential."""
    deadline_s: DeadlineSeconds = 5.0
    """A request without an answer by then is a timeout."""
    in_flight_cap: InFlightCap = 2_000
    """Requests beyond it are recorded as dropped; the generator never waits."""
    workers: Annotated[int, Field(ge=1, le=16)] = 1
    """Processes of the generator; journeys are split between them by their number."""
    repeats: Share = 0.0
    """Share of the buyers who send their checkout once more, with the same idempotency key, after
    they looked at their orders; whatever the first was answered, also when it was not."""
    users: Annotated[int, Field(ge=1, le=MOST_USERS)] = 10
    """Users of closed arms; open arms have as many visitors as arrive."""
