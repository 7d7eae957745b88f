"""A scenario: one question about the two architectures, as validated data.

A scenario is a TOML file; ``load_scenario`` reads it as a whole before anything starts.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self, get_args

from pydantic import Field, ValidationError, model_validator

from experiment.autoscaling import Autoscaling
from experiment.baseline import check_baseline
from experiment.between import check_pair, pair_of
from experiment.errors import InputError
from experiment.faults.plan import KINDS
from experiment.load import Load
from experiment.matrix import Matrix, Turn
from experiment.metric import AGAINST_BASELINE, OF_FAULTS, Metric
from experiment.part import Part, Positive, Profile, Seed, Share, Slug
from experiment.phase import Phase, PlannedPhase, one_after_another
from experiment.search import Search
from experiment.shape import Flat, Trace
from experiment.store import Arm, Budget, Sample, Work
from experiment.toml_file import first_problem, read_toml, validated
from experiment.trace import read_trace, with_its_trace

LONGEST_S = 86_400.0
"""Seconds of a trial's load."""


class Slo(Part):
    """A request is good when it is answered correctly within ``latency_ms``."""

    latency_ms: Positive
    good_share: Share


class Blocks(Part):
    """Blocks per profile; each runs every arm once on the same arrivals."""

    smoke: Annotated[int, Field(ge=1, le=200)] = 1
    demo: Annotated[int, Field(ge=1, le=200)] = 2
    full: Annotated[int, Field(ge=1, le=200)] = 10

    def of(self, profile: Profile) -> int:
        return int(getattr(self, profile))


class Cooldown(Part):
    """Before a trial the machine has to come to rest, and stay so; a trial without is void."""

    busy_share: Annotated[float, Field(gt=0, le=1)] = 0.25
    """Most that everything on the machine may use of all its cores; 1 asks for nothing."""
    within_s: Annotated[float, Field(ge=2, le=600)] = 30.0
    """So long at most is waited; two seconds are the least that is looked at."""
    foreign_share: Annotated[float, Field(gt=0, le=1)] = 0.05
    """Most of a core that programs which are no part of the trial may take of the store's cores, or
    of the generator's, in any phase; 1 asks for nothing."""


class Scenario(Part):
    """A whole scenario; every rule that spans its parts is checked here."""

    name: Slug
    title: str
    question: str
    claims: tuple[Annotated[str, Field(pattern=r"^[CN]\d+$")], ...]
    load: Load
    phases: Annotated[tuple[Phase, ...], Field(min_length=1, max_length=200)]
    matrix: Matrix | None = None
    """Set: faults one after another, in another order in each block, after the phases."""
    arms: Annotated[tuple[Arm, ...], Field(min_length=2, max_length=12)]
    budget: Budget
    autoscaling: Autoscaling | None = None
    """None: each arm keeps the instances it starts with."""
    slo: Slo
    primary: Metric
    judged: Annotated[tuple[Metric, ...], Field(max_length=11)] = ()
    """Further metrics with a verdict each, such as one for each way of failing. All verdicts of a
    run share its error of 5 %, so each takes more blocks the more there are."""
    secondary: tuple[Metric, ...] = ()
    """Described, not judged."""
    search: Search | None = None
    """Set: the trials of a block are the probes of a search, and the primary metric is what it
    finds; the objective is judged in the metric's phase. None: one trial per arm and block."""
    blocks: Blocks = Blocks()
    sample: Sample = Sample()
    work: Work = Work()
    cooldown: Cooldown = Cooldown()
    watch_limbo: bool = False
    """Ask the databases once a second how much money and stock belongs to no order."""
    watch_footprint: bool = False
    """Read processes, connections and bytes on the wire at rest and around each baseline."""
    seed: Seed = 1

    @property
    def decisive(self) -> tuple[Metric, ...]:
        """Metrics that get a verdict, the primary first."""
        return self.primary, *self.judged

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All metrics, those with a verdict first."""
        return *self.decisive, *self.secondary

    @model_validator(mode="after")
    def _ends_within_a_day(self) -> Self:
        lasts_s = max(self.duration_s(profile) for profile in get_args(Profile))
        if lasts_s > LONGEST_S:
            raise ValueError(f"the phases last {lasts_s:,.0f} s; a load lasts a day at most")
        return self

    @model_validator(mode="after")
    def _plays_its_whole_shape(self) -> Self:
        lasts_s, change_s = self.duration_s("full"), self.load.shape.last_change_s
        if change_s >= lasts_s:
            raise ValueError(
                f"load.shape still changes at {change_s:g} s; the load ends at {lasts_s:g} s"
            )
        return self

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        for profile in get_args(Profile):
            names = [planned.phase.name for planned in self.timetable(profile)]
            if self.matrix is not None:
                names += self.matrix.names_together(profile)
            if len(set(names)) < len(names):
                raise ValueError("phases: two phases have the same name")
        known = self.reported_phases()
        arms = [arm.name for arm in self.arms]
        if len(set(arms)) < len(arms):
            raise ValueError("arms: two arms have the same name")
        for metric in self.metrics:
            if metric.phase not in known:
                raise ValueError(f"the metric's phase {metric.phase!r} is none of {sorted(known)}")
            check_pair(self.arms, metric)
            check_baseline(self.timetable("full"), metric)
        if isinstance(self.load.shape, Trace) and any(phase.surge for phase in self.phases):
            raise ValueError("phases: a surge cannot change the arrivals of a trace")
        return self

    @model_validator(mode="after")
    def _asks_for_what_it_searches(self) -> Self:
        metrics = [metric.metric for metric in self.metrics]
        if self.search is not None and metrics != [self.search.kind]:
            raise ValueError(
                f"a search for {self.search.kind} has primary.metric = {self.search.kind!r} "
                "and no other metrics"
            )
        if self.search is not None and len(self.arms) > 2:  # noqa: PLR2004 - a pair
            raise ValueError("a search compares two arms, no more")
        if self.search is not None and not isinstance(self.load.shape, Flat):
            raise ValueError("a search needs a load without a shape: each probe has one rate")
        if self.search is not None and any(arm.loop == "closed" for arm in self.arms):
            raise ValueError("a search needs open loops: a closed one sends a slow store less")
        if self.search is None and {"capacity", "demand"} & set(metrics):
            raise ValueError("the metrics capacity and demand need the part [search]")
        return self

    @model_validator(mode="after")
    def _keeps_each_user_in_one_worker(self) -> Self:
        closed = any(arm.loop == "closed" for arm in self.arms)
        if closed and self.load.users % self.load.workers:
            raise ValueError("load: users of a closed arm must be a multiple of workers")
        return self

    @model_validator(mode="after")
    def _follows_faults_only(self) -> Self:
        timetable = self.timetable("full")
        failures = {name for p in timetable if p.phase.faults for name in p.names}
        for metric in self.metrics:
            if metric.metric not in OF_FAULTS:
                continue
            if metric.phase not in failures:
                raise ValueError(f"{metric.metric}: the phase {metric.phase!r} has no faults")
            if metric.metric == "budget_minutes" and self.slo.good_share == 1:
                raise ValueError("budget_minutes: a good_share of 1 leaves no error budget")
        return self

    @model_validator(mode="after")
    def _has_a_baseline_to_compare_with(self) -> Self:
        has_one = any(planned.phase.kind == "baseline" for planned in self.timetable("full"))
        for metric in self.metrics:
            if metric.metric in AGAINST_BASELINE and not has_one:
                raise ValueError(f"{metric.metric} needs a phase of kind baseline to compare with")
        if self.watch_footprint and not has_one:
            raise ValueError("watch_footprint needs a phase of kind baseline to look at")
        return self

    @model_validator(mode="after")
    def _follows_faults_that_both_arms_can_have(self) -> Self:
        timetable = self.timetable("full")
        for metric in self.metrics:
            if metric.metric not in OF_FAULTS:
                continue
            phases = [p.phase for p in timetable if p.is_in(metric.phase)]
            faults = [fault for phase in phases for fault in phase.faults]
            for arm in pair_of(self.arms, metric):
                if not all(fault.exists_in(arm.architecture) for fault in faults):
                    raise ValueError(
                        f"{metric.metric}: {arm.name} cannot have all faults of {metric.phase!r}"
                    )
        return self

    @model_validator(mode="after")
    def _scales_what_an_autoscaler_can_scale(self) -> Self:
        for arm in self.arms:
            if bool(arm.scaled) and self.autoscaling is None:
                raise ValueError(f"arms.{arm.name}.scaled needs the part [autoscaling]")
            if arm.scaled and arm.policies.shedding:
                raise ValueError(
                    f"arms.{arm.name}: shedding has a limit for a fixed number of instances, "
                    "and cannot go with autoscaling"
                )
            for role, bounds in arm.scaled.items():
                if not bounds.least <= arm.instances.get(role, bounds.least) <= bounds.most:
                    raise ValueError(
                        f"arms.{arm.name}.instances.{role} is not within its bounds, "
                        f"{bounds.least} to {bounds.most}"
                    )
        if self.autoscaling is not None and not any(arm.scaled for arm in self.arms):
            raise ValueError("autoscaling: no arm says which roles are scaled")
        if self.autoscaling is not None and self.search is not None:
            raise ValueError("a search asks what a fixed deployment bears: no autoscaling")
        if self.autoscaling is not None and any(p.phase.faults for p in self.timetable("full")):
            raise ValueError("autoscaling and faults cannot be in one scenario yet")
        return self

    @model_validator(mode="after")
    def _has_a_budget_that_says_what_its_modes_need(self) -> Self:
        modes = {arm.budget_mode or self.budget.mode for arm in self.arms}
        if modes - {"pooled"} and self.search is not None:
            raise ValueError("a search needs a pooled budget")
        if modes - {"pooled"} and self.budget.shared_cpus is None:
            raise ValueError("budget.shared_cpus is missing: only a pooled budget goes without")
        if "equal-instances" in modes and self.budget.most_instances is None:
            raise ValueError("budget.most_instances is missing: equal-instances needs it")
        return self

    @model_validator(mode="after")
    def _has_a_matrix_that_fits(self) -> Self:
        suits = self.search is None and isinstance(self.load.shape, Flat)
        if self.matrix is not None and not suits:
            raise ValueError("a matrix needs a load without a shape, and no search")
        return self

    def timetable(self, profile: Profile, turns: Sequence[Turn] = ()) -> tuple[PlannedPhase, ...]:
        """All phases in their times: those declared, then the matrix in the order of ``turns``.

        Without turns, the matrix is in the order in which it is declared.
        """
        phases = [(phase.name, phase.name, phase) for phase in self.phases]
        if self.matrix is not None:
            phases += self.matrix.phases(profile, turns or self.matrix.declared(profile))
        return one_after_another(phases, profile)

    def windows(
        self, profile: Profile, turns: Sequence[Turn] = ()
    ) -> dict[str, tuple[float, float]]:
        """Start and end of each phase in seconds from the start of the load, in order."""
        timetable = self.timetable(profile, turns)
        return {planned.phase.name: (planned.start_s, planned.end_s) for planned in timetable}

    def duration_s(self, profile: Profile) -> float:
        return self.timetable(profile)[-1].end_s

    def reported_phases(self) -> set[str]:
        """Names that a metric may give as its phase, whatever the profile."""
        profiles = [self.timetable(profile) for profile in get_args(Profile)]
        names = [{name for p in each for name in p.names} for each in profiles]
        return set.intersection(*names)


def load_scenario(file: Path) -> Scenario:
    """Read and validate one scenario file.

    Raises InputError with one sentence that says what is wrong and where.
    """
    values = read_toml(file, "scenario file")
    try:
        scenario = validated(Scenario, with_its_trace(values, file.parent))
    except ValidationError as error:
        # Where a fault is wrong, its kind stands in the path as if it were a key.
        raise InputError(f"{file.name}: {first_problem(error, KINDS)}.") from error
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
