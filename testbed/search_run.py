"""Searches for capacity or demand: the blocks of a run whose scenario has a search.

A probe is a trial like any other, with its own load and budget, on a fresh deployment. What is
probed next follows from the probes on record, so that a run that was cut off goes on where it
stood.
"""

import random
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from analysis.capacity.salvage import find_probes
from analysis.capacity.search import (
    SeenProbe,
    Void,
    ladder_in,
    progress,
    read_probe,
    search_of,
)
from experiment.errors import InputError, RunError
from experiment.journal import Journal
from experiment.ladder import Bracket, Ladder
from experiment.probe import Probe, files_of, read_probes
from experiment.record import Plan, RunFolder, TrialFolder, write_json
from experiment.scenario import Scenario
from experiment.store import Arm
from loadtests.schedule import arrivals_of
from testbed.display import Display
from testbed.planning import block_seed
from testbed.platforms.platform import Platform
from testbed.trial import Trial, run_trial


@dataclass(frozen=True, kw_only=True)
class ProbeTrial(Trial):
    """A trial that answers one question of a search; ``plan`` is already set to it."""

    probe: Probe

    @property
    def files(self) -> TrialFolder:
        return files_of(self.folder, self.probe).trial

    @property
    def arrivals(self) -> Path:
        return files_of(self.folder, self.probe).arrivals

    @property
    def given(self) -> tuple[Path, ...]:
        return self.arrivals, files_of(self.folder, self.probe).spec


@dataclass(frozen=True)
class Bench:
    """What all searches of a run share."""

    plan: Plan
    folder: RunFolder
    platform: Platform
    display: Display
    journal: Journal


def run_searches(bench: Bench) -> None:
    """Run every search of every block; those of one fixed value follow each other by arm.

    Raises InputError when a probe on record cannot be read: what to ask next follows from it.
    """
    plan = bench.plan
    _, lost = find_probes(bench.folder, plan)
    if lost:
        raise InputError(f"{bench.folder.path} cannot go on: {lost[0]}")
    for block, arms in enumerate(plan.order, 1):
        for at in order_of_values(plan, block):
            for name in arms:
                arm = plan.arm(name)
                _Hunt(bench, block, arm, at).run()


def order_of_values(plan: Plan, block: int) -> list[float]:
    """The fixed values in random order, so that a drift of the machine is no trend of theirs."""
    values = list(search_of(plan).values(plan.profile, block))
    random.Random(f"values-{plan.seed}-{block}").shuffle(values)  # noqa: S311 - a seeded shuffle
    return values


@dataclass(frozen=True)
class _Hunt:
    """One search under way."""

    bench: Bench
    block: int
    arm: Arm
    at: float

    def run(self) -> None:
        known = self._begun()
        number = max((probe.number for probe in known), default=0)
        seen = [found for probe in known if probe.at == self.at and (found := self._read(probe))]
        ladder = ladder_in(self.bench.plan, self.block, self.arm.name, self.at)
        while isinstance(step := progress(ladder, seen), int):
            number += 1
            seen.append(self._probe(self._question(ladder, step, number, seen)))
        self._write_end(ladder, step)

    def _begun(self) -> list[Probe]:
        """Probes of this arm and block that are on record, of a run that goes on."""
        here = (self.block, self.arm.name)
        return [p for p in read_probes(self.bench.folder) if (p.block, p.arm) == here]

    def _read(self, probe: Probe) -> SeenProbe | None:
        return read_probe(self.bench.folder, self.bench.plan, probe)

    def _question(self, ladder: Ladder, rung: int, number: int, seen: list[SeenProbe]) -> Probe:
        value = ladder.rungs[rung]
        is_capacity = search_of(self.bench.plan).kind == "capacity"
        return Probe(
            block=self.block,
            arm=self.arm.name,
            number=number,
            at=self.at,
            rung=rung,
            rate=value if is_capacity else self.at,
            cpus=self.at if is_capacity else value,
            turn=1 + sum(each.probe.rung == rung for each in seen),
        )

    def _probe(self, probe: Probe) -> SeenProbe:
        bench = self.bench
        plan = bench.plan.model_copy(update={"scenario": probed(bench.plan.scenario, probe)})
        files = files_of(bench.folder, probe)
        files.arm_folder.mkdir(parents=True, exist_ok=True)
        seed = block_seed(plan, probe.block) + 1_000_003 * probe.turn
        pq.write_table(arrivals_of(plan.scenario, plan.profile, seed), files.arrivals)
        write_json(files.spec, probe)
        bench.display.trial(
            f"block {self.block}/{len(plan.order)} {self.arm.name}, "
            f"{probe.rate:g} journeys/s on {probe.cpus:g} CPUs"
        )
        trial = ProbeTrial(plan, bench.folder, self.block, self.arm, probe=probe)
        run_trial(trial, bench.platform, bench.display)
        bench.display.trial_done()
        return self._judged(probe)

    def _judged(self, probe: Probe) -> SeenProbe:
        seen = self._read(probe)
        if seen is None:
            raise RunError(f"Probe {probe.number} of {probe.arm} left no record.")
        self.bench.journal.write(
            "probe-judged",
            **probe.model_dump(exclude={"schema_version"}),
            holds=seen.judgement.holds if seen.judgement else None,
            reason=seen.says,
        )
        return seen

    def _write_end(self, ladder: Ladder, end: Bracket | Void) -> None:
        members: dict[str, object] = {"block": self.block, "arm": self.arm.name, "at": self.at}
        if isinstance(end, Void):
            members["void"] = end.reason
        else:
            members["holds"] = None if end.holds is None else ladder.rungs[end.holds]
            members["fails"] = None if end.fails is None else ladder.rungs[end.fails]
        self.bench.journal.write("search-ended", **members)


def probed(scenario: Scenario, probe: Probe) -> Scenario:
    """The scenario with the load and the budget of one probe."""
    return scenario.model_copy(
        update={
            "load": scenario.load.model_copy(update={"rate": probe.rate}),
            "budget": scenario.budget.model_copy(update={"cpus": probe.cpus}),
        }
    )
