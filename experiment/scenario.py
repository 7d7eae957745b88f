"""A scenario: one question about the two architectures, as validated data.

A scenario is a TOML file; ``load_scenario`` reads it as a whole before anything starts.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from experiment.errors import InputError
from experiment.search import Search
from experiment.shape import Flat, Shape, Trace
from experiment.trace import read_trace, with_its_trace

Architecture = Literal["monolith", "microservices"]
Profile = Literal["smoke", "demo", "full"]
Journey = Literal["browse", "search", "recommend", "buy"]
Feature = Literal[
    "catalog", "product-page", "search", "recommendations", "accounts", "cart", "checkout", "orders"
]
MetricName = Literal[
    "failed_share",
    "bad_share",
    "latency_p95_ms",
    "cpu_ms_per_request",
    "memory_mb",
    "capacity",
    "demand",
]
"""failed_share: requests that got no correct answer, of those intended
bad_share: requests that got no correct answer within the objective's latency
latency_p95_ms: of correct answers, from the intended start
cpu_ms_per_request, memory_mb: of store, edge and database together
capacity, demand: what a search finds, in journeys per second or CPUs; one value per block
"""

Scale = Literal["difference", "ratio"]

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Sized(_Part):
    """One number per profile."""

    smoke: Positive
    demo: Positive
    full: Positive

    def of(self, profile: Profile) -> float:
        return float(getattr(self, profile))


class FaultPlan(_Part):
    """A fault that begins with its phase, aimed at a role that exists in both stores."""

    kind: Literal["outage", "error", "delay", "hang"]
    """``outage``: the role is lost. A service is killed and kept down; in the monolith the code
    of the role crashes its process each time it is reached."""
    role: Literal[
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
    probability: Share = 1.0
    seconds: Annotated[float, Field(ge=0, le=60)] = 0.0
    """Length of a ``delay``; time for which a ``hang`` holds, 0 for its whole phase."""

    @property
    def holds_s(self) -> float | None:
        """Seconds from the begin of the phase to the lifting; None: to the phase's end."""
        return self.seconds if self.kind == "hang" and self.seconds else None


class Phase(_Part):
    """A stretch of a trial during which load and faults keep one shape."""

    name: Slug
    kind: Literal["warm-up", "baseline", "event", "recovery"]
    seconds: Sized
    surge: Mapping[Journey, Positive] = {}
    """Factor on the arrival rate of single journeys."""
    faults: tuple[FaultPlan, ...] = ()


class Load(_Part):
    """Open-loop load: journeys arrive when the schedule says, whatever the store does."""

    rate: Positive
    """Journeys per second at rest."""
    arrivals: Literal["constant", "poisson"] = "poisson"
    shape: Shape = Flat()
    """Factor over time on the rate, beside the surges of the phases; a trace has its own times."""
    mix: Mapping[Journey, Positive]
    """Relative weights of the journeys."""
    think_s: Annotated[float, Field(ge=0, le=60)] = 0.5
    """Mean think time between two steps of a journey, exponential."""
    deadline_s: Positive = 5.0
    """A request without an answer by then is a timeout."""
    in_flight_cap: Annotated[int, Field(ge=1, le=10_000)] = 2_000
    """Requests beyond it are recorded as dropped; the generator never waits."""
    workers: Annotated[int, Field(ge=1, le=16)] = 1
    """Processes of the generator; journeys are split between them by their number."""
    users: Annotated[int, Field(ge=1, le=10_000)] = 10
    """Users of closed arms; open arms have as many visitors as arrive."""


class Arm(_Part):
    """One side of the comparison; two arms may be equal (an A/A run)."""

    name: Slug
    architecture: Architecture
    instances: Mapping[str, Annotated[int, Field(ge=1, le=20)]] = {}
    """Instances of single roles (``monolith`` or a service); one where nothing is said."""
    loop: Literal["open", "closed"] = "open"
    """``closed`` is a contrast, and no way to measure a store: ``load.users`` users walk the
    schedule, and what is due while a user still waits for an answer is never sent."""


class Budget(_Part):
    """What a deployment may use as a whole: store, edge and database, not the generator."""

    mode: Literal["pooled"] = "pooled"
    cpus: Positive
    memory_mb: Positive


class Slo(_Part):
    """A request is good when it is answered correctly within ``latency_ms``."""

    latency_ms: Positive
    good_share: Share


class Metric(_Part):
    """What is compared, in which phase, for which features, and how much would matter."""

    metric: MetricName
    phase: Slug
    features: tuple[Feature, ...] = ()
    """Empty: all features."""
    margin: Positive
    """Smallest effect that matters: a ratio's distance from 1 (0.1 is 10 %), or, for shares, a
    difference (0.02 is two percentage points)."""
    expectation: Annotated[str, Field(pattern=r"^(lower|higher) in [a-z0-9-]+$")]
    """What the claim predicts, declared beforehand: "lower in ARM" or "higher in ARM", where ARM
    is the name of an arm or an architecture."""
    says: str
    """The metric in words, for the verdict sentence: "p95 latency of the other features"."""

    @property
    def expects(self) -> tuple[str, str]:
        """``lower`` or ``higher``, and where."""
        direction, where = self.expectation.split(" in ")
        return direction, where

    @property
    def scale(self) -> Scale:
        return scale_of(self.metric)


def scale_of(metric: MetricName) -> Scale:
    """Shares are compared by difference, since zero is common; all else by ratio."""
    return "difference" if metric.endswith("_share") else "ratio"


class Blocks(_Part):
    """Blocks per profile; each runs every arm once on the same arrivals."""

    smoke: Annotated[int, Field(ge=1, le=200)] = 1
    demo: Annotated[int, Field(ge=1, le=200)] = 2
    full: Annotated[int, Field(ge=1, le=200)] = 10

    def of(self, profile: Profile) -> int:
        return int(getattr(self, profile))


class Sample(_Part):
    """Size of the sample data."""

    products: Annotated[int, Field(ge=20, le=100_000)] = 2_000
    customers: Annotated[int, Field(ge=10, le=100_000)] = 1_000
    ratings: Annotated[int, Field(ge=0, le=5_000_000)] = 50_000

    @model_validator(mode="after")
    def _has_room_for_its_ratings(self) -> Self:
        most = self.products * self.customers // 4
        if self.ratings > most:
            raise ValueError(f"at most {most} ratings fit so many products and customers")
        return self


class Work(_Part):
    """Settings that every process of either architecture gets alike."""

    threads: Annotated[int, Field(ge=1, le=256)] = 16
    """Request threads of an instance; its database pool has the same size."""
    recommendation_factors: Annotated[int, Field(ge=1, le=512)] = 32
    """Length of the factor vectors."""
    recommendation_passes: Annotated[int, Field(ge=1, le=10_000)] = 100
    """How often the scores are computed per request: multiplies the work, not the answer."""


class Cooldown(_Part):
    """Before a trial the machine has to come to rest; a trial that began without is void."""

    busy_share: Annotated[float, Field(gt=0, le=1)] = 0.25
    """Most that everything on the machine may use of all its cores; 1 asks for nothing."""
    within_s: Annotated[float, Field(ge=2, le=600)] = 30.0
    """So long at most is waited; two seconds are the least that is looked at."""


class Scenario(_Part):
    """A whole scenario; every rule that spans its parts is checked here."""

    name: Slug
    title: str
    question: str
    claims: tuple[Annotated[str, Field(pattern=r"^[CN]\d+$")], ...]
    load: Load
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    arms: Annotated[tuple[Arm, ...], Field(min_length=2, max_length=2)]
    budget: Budget
    slo: Slo
    primary: Metric
    secondary: tuple[Metric, ...] = ()
    search: Search | None = None
    """Set: the trials of a block are the probes of a search, and the primary metric is what it
    finds; the objective is judged in the metric's phase. None: one trial per arm and block."""
    blocks: Blocks = Blocks()
    sample: Sample = Sample()
    work: Work = Work()
    cooldown: Cooldown = Cooldown()
    seed: Annotated[int, Field(ge=0)] = 1

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names):
            raise ValueError("phases: two phases have the same name")
        arms = [arm.name for arm in self.arms]
        if len(set(arms)) < len(arms):
            raise ValueError("arms: two arms have the same name")
        for metric in (self.primary, *self.secondary):
            if metric.phase not in names:
                raise ValueError(f"the metric's phase {metric.phase!r} is none of {names}")
            if metric.expects[1] not in (*arms, *Architecture.__args__):  # type: ignore[attr-defined]
                raise ValueError(f"the expectation {metric.expectation!r} names none of {arms}")
        if isinstance(self.load.shape, Trace) and any(phase.surge for phase in self.phases):
            raise ValueError("phases: a surge cannot change the arrivals of a trace")
        return self

    @model_validator(mode="after")
    def _asks_for_what_it_searches(self) -> Self:
        metrics = [metric.metric for metric in (self.primary, *self.secondary)]
        if self.search is not None and metrics != [self.search.kind]:
            raise ValueError(
                f"a search for {self.search.kind} has primary.metric = {self.search.kind!r} "
                "and no secondary metrics"
            )
        if self.search is not None and not isinstance(self.load.shape, Flat):
            raise ValueError("a search needs a load without a shape: each probe has one rate")
        if self.search is None and {"capacity", "demand"} & set(metrics):
            raise ValueError("the metrics capacity and demand need the part [search]")
        return self

    @model_validator(mode="after")
    def _keeps_each_user_in_one_worker(self) -> Self:
        closed = any(arm.loop == "closed" for arm in self.arms)
        if closed and self.load.users % self.load.workers:
            raise ValueError("load: users of a closed arm must be a multiple of workers")
        return self

    def windows(self, profile: Profile) -> dict[str, tuple[float, float]]:
        """Start and end of each phase in seconds from the start of the load, in order."""
        windows, start = {}, 0.0
        for phase in self.phases:
            end = start + phase.seconds.of(profile)
            windows[phase.name] = (start, end)
            start = end
        return windows

    def duration_s(self, profile: Profile) -> float:
        return sum(phase.seconds.of(profile) for phase in self.phases)


def load_scenario(file: Path) -> Scenario:
    """Read and validate one scenario file.

    Raises InputError with one sentence that says what is wrong and where.
    """
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"There is no scenario file {file}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is not valid TOML: {error}.") from error
    try:
        scenario = Scenario.model_validate(with_its_trace(values, file.parent))
    except ValidationError as error:
        raise InputError(f"{file.name}: {_first_problem(error)}.") from error
    _require_a_trace_that_is_long_enough(scenario)
    return scenario


def _require_a_trace_that_is_long_enough(scenario: Scenario) -> None:
    shape = scenario.load.shape
    if not isinstance(shape, Trace):
        return
    span_s = read_trace(shape.file, shape.sha256).header.span_s / shape.speed
    lasts_s = max(scenario.duration_s(profile) for profile in get_args(Profile))
    if lasts_s > span_s:
        raise InputError(
            f"The phases last {lasts_s:g} s, the trace {shape.file.name} only {span_s:g} s."
        )


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        reason = "this key is not known; check its spelling"
    elif first["type"] == "missing":
        reason = "this key is missing"
    more = error.error_count() - 1
    tail = f" (and {more} more)" if more else ""
    return f"{where}: {reason}{tail}" if where else f"{reason}{tail}"
