"""One search: its probes so far, what is asked next, and the limit that it found.

The test bed asks this module what to probe next; the report asks it for the result. Both see the
same, because nothing but the raw files of the probes counts.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from analysis.capacity.objective import Judgement, judge_objective
from analysis.capacity.units import searched
from analysis.gates import read_raw
from analysis.judging import judged
from analysis.money.use import Use, use_in
from analysis.planned import planned_s_of
from analysis.reading import read_requests, read_samples
from analysis.rechecking import recheck, require_true
from analysis.windows import Window
from experiment.errors import InputError
from experiment.ladder import Bracket, Ladder, ladder_of, next_step
from experiment.probe import Probe, files_of
from experiment.record import Plan, RunFolder, TrialFolder, TrialRecord, read_json
from experiment.sealing import Seals, read_seals
from experiment.search import Search, SearchKind

MOST_TRIES = 3
"""Of one question, when the gates of its probes fail."""


SearchKey = tuple[int, str, float]
"""Block, arm and fixed value: what names a search within a run."""

UNENDED = "the search did not end"


@dataclass(frozen=True)
class SeenProbe:
    """A probe that left a record."""

    probe: Probe
    record: TrialRecord
    judgement: Judgement | None
    """None when the trial was not complete: then nothing is known of the store."""
    look: Callable[[], Use | None] = field(default=lambda: None, compare=False)
    """Reads ``use``: it takes as long as the judgement, and a few of many probes are asked."""

    @property
    def use(self) -> Use | None:
        """Resources and journeys in the window that was judged; None where nothing is known."""
        return self.look()

    @property
    def search(self) -> SearchKey:
        return self.probe.block, self.probe.arm, self.probe.at

    def value(self, kind: SearchKind) -> float:
        """What the search varied."""
        return self.probe.rate if kind == "capacity" else self.probe.cpus

    @property
    def says(self) -> str:
        """In words, why the objective did not hold or why that is unknown; empty if it held."""
        return "; ".join(self.judgement.reasons) if self.judgement else self.record.reason


@dataclass(frozen=True)
class Void:
    """A search that cannot go on: the probes of one question failed their gates."""

    reason: str


@dataclass(frozen=True)
class Limit:
    """What the search of one arm in one block found, in the unit of what was searched."""

    block: int
    arm: str
    at: float
    holds: float | None
    """The last value at which the objective held; None when it held nowhere."""
    fails: float | None
    """The first value at which it did not; None when it held everywhere."""
    unknown: str
    """Why there is no bracket with two ends; empty when there is one."""

    @property
    def ended(self) -> bool:
        """Whether the search came to an end, if only at a bound."""
        return self.holds is not None or self.fails is not None

    @property
    def midpoint(self) -> float | None:
        """Geometric mean of the two ends."""
        if self.unknown or self.holds is None or self.fails is None:
            return None
        return math.sqrt(self.holds * self.fails)


def search_of(plan: Plan) -> Search:
    """The search of a plan that has one."""
    search = plan.scenario.search
    if search is None:
        raise ValueError("this scenario searches nothing")
    return search


def ladder_in(plan: Plan, block: int, arm: str, at: float) -> Ladder:
    """The ladder of one search; its offset is drawn from the seed."""
    scenario, search = plan.scenario, search_of(plan)
    chance = random.Random(f"ladder-{plan.seed}-{block}-{arm}-{at:g}")  # noqa: S311 - a seeded draw
    start = scenario.load.rate if search.kind == "capacity" else scenario.budget.cpus
    return ladder_of(search, plan.profile, start, chance.random())


def read_probe(
    run: RunFolder, plan: Plan, probe: Probe, seals: Seals | None = None
) -> SeenProbe | None:
    """A probe with its judgement from the raw rows; None when it left no record.

    ``seals``: those of the run, where they are known. Raises InputError when a file of the probe
    is not the one that it left, or says something else than its record.
    """
    files = files_of(run, probe).trial
    if not files.run.exists():
        return None
    record = read_json(files.run, TrialRecord)
    (seals or read_seals(run)).require_whole(files, record)
    if (record.block, record.arm) != (probe.block, probe.arm):
        raise InputError(f"{files.run} is the record of block {record.block}, {record.arm}.")
    arm, arrivals = plan.arm(probe.arm), files_of(run, probe).arrivals
    if record.status != "complete":
        recheck(record, arm, files, arrivals)
        return SeenProbe(probe, record, None)
    raw = read_raw(files, arrivals)
    planned_s_of(raw.requests, arrivals)
    require_true(record, arm, files, raw)
    window = plan.scenario.windows(plan.profile)[plan.scenario.primary.phase]
    judgement = judge_objective(raw.requests, window, plan.scenario.slo)
    return SeenProbe(probe, record, judgement, partial(_use, files, plan, window, probe.cpus))


def _use(files: TrialFolder, plan: Plan, window: Window, cpus: float) -> Use | None:
    windows = plan.scenario.windows(plan.profile)
    rows = judged(read_requests(files), windows, plan.scenario.slo.latency_ms)
    return use_in(rows, read_samples(files), window, cpus)


def progress(ladder: Ladder, seen: Sequence[SeenProbe]) -> int | Bracket | Void:
    """The rung to probe next, or what became of the search."""
    answers = [
        (each.probe.rung, each.judgement.holds) for each in seen if each.judgement is not None
    ]
    step = next_step(ladder, answers)
    if isinstance(step, Bracket):
        return step
    tries = list(_since_the_last_answer(seen))
    if len(tries) < MOST_TRIES:
        return step
    return Void(f"{len(tries)} probes of {ladder.rungs[step]:g} were void: {tries[-1].says}")


def _since_the_last_answer(seen: Sequence[SeenProbe]) -> Sequence[SeenProbe]:
    answered = [index for index, each in enumerate(seen) if each.judgement is not None]
    later = seen[answered[-1] + 1 :] if answered else seen
    return [each for each in later if each.record.status == "void"]


def limit_of(plan: Plan, block: int, arm: str, at: float, seen: Sequence[SeenProbe]) -> Limit:
    """What a search found by now."""
    ladder = ladder_in(plan, block, arm, at)
    found = progress(ladder, seen)
    if isinstance(found, Void):
        return Limit(block, arm, at, None, None, found.reason)
    if isinstance(found, int):
        return Limit(block, arm, at, None, None, UNENDED)
    holds = None if found.holds is None else ladder.rungs[found.holds]
    fails = None if found.fails is None else ladder.rungs[found.fails]
    return Limit(block, arm, at, holds, fails, _beyond(search_of(plan), holds, fails))


def _beyond(search: Search, holds: float | None, fails: float | None) -> str:
    """Why the limit lies outside of what was searched; empty when it lies inside."""
    below, above = ("below", "above") if search.kind == "capacity" else ("above", "below")
    if holds is None and fails is not None:
        return f"{below} {searched(search.kind, fails)}, the {_end(below)} value searched"
    if fails is None and holds is not None:
        return f"{above} {searched(search.kind, holds)}, the {_end(above)} value searched"
    return ""


def _end(side: str) -> str:
    return "lowest" if side == "below" else "highest"
