"""Principles of reproducible performance evaluation, answered from what the run did.

Papadopoulos et al., "Methodological Principles for Reproducible Performance Evaluation in Cloud
Computing", IEEE Transactions on Software Engineering 47(8), 2021.
"""

from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from analysis.measured import MeasuredRun
from analysis.resources import cpu_s_by_role
from analysis.setup import limits_in_force
from analysis.tables import QUANTILES
from analysis.verdict import FEWEST_BLOCKS
from analysis.wording import figures, margin_words

Met = Literal["met", "partly", "not met"]


@dataclass(frozen=True)
class Answer:
    """What a run did about one principle."""

    principle: str
    met: Met
    says: str


def checklist(run: MeasuredRun) -> list[Answer]:
    """The eight principles in the order and under the names of the paper."""
    return [
        Answer("P1 Repeated experiments", *_repeated(run)),
        Answer("P2 Workload and configuration coverage", *_coverage(run)),
        Answer("P3 Experimental setup description", *_setup(run)),
        Answer("P4 Open access artifact", *_artifact(run)),
        Answer("P5 Probabilistic result description of measured performance", *_distribution(run)),
        Answer("P6 Statistical evaluation", *_statistics(run)),
        Answer("P7 Measurement units", *_units(run)),
        Answer("P8 Cost", *_cost(run)),
    ]


def _by_blocks(run: MeasuredRun) -> Met:
    n = len(run.blocks)
    return "not met" if n <= 1 else "partly" if n < FEWEST_BLOCKS else "met"


def _repeated(run: MeasuredRun) -> tuple[Met, str]:
    void = len(run.left_out)
    starts = [record.t0_unix for record in run.records if record.t0_unix is not None]
    minutes = (max(starts) - min(starts)) / 60 if starts else 0.0
    return _by_blocks(run), (
        f"{len(run.blocks)} of {len(run.plan.order)} blocks complete, {_all(run)} arms in each, "
        f"in random order; {void} of {len(run.records)} trials did not count. {_sessions(run)}, "
        f"{minutes:.0f} minutes from the first trial to the last. Not repeated on another machine."
    )


def _all(run: MeasuredRun) -> str:
    return "both" if run.is_pair else f"all {len(run.arms)}"


def _sessions(run: MeasuredRun) -> str:
    if run.sessions:
        return f"{len(run.sessions)} sessions at different hours"
    return f"{len(run.pooled)} runs pooled" if run.pooled else "One session"


def _coverage(run: MeasuredRun) -> tuple[Met, str]:
    scenario = run.scenario
    recorded = scenario.load.shape.kind == "trace"
    drawn = "Recorded arrivals were played in" if recorded else "Arrivals were drawn anew for"
    instances = "; ".join(
        f"{arm.name}: {', '.join(f'{n} {role}' for role, n in arm.instances.items()) or 'one each'}"
        for arm in scenario.arms
    )
    return "partly", (
        f"{drawn} every block ({len(run.plan.order)} in all), over "
        f"{len(run.timetable)} phases. Not varied: {scenario.load.rate:g} journeys per second at "
        f"rest, one mix of {len(scenario.load.mix)} journeys, {scenario.sample.products:,} "
        f"products, a budget of {scenario.budget.cpus:g} CPU, one configuration per arm "
        f"(instances: {instances})."
    )


def _setup(run: MeasuredRun) -> tuple[Met, str]:
    plan, limits = run.plan, limits_in_force(run)
    whole = bool(plan.hashes and limits)
    lacking = "" if whole else " Not on record: hashes of code and data, or the limits in force."
    return "met" if whole else "partly", (
        f"On record: {plan.machine.fingerprint}, {plan.machine.memory_mb:,} MiB; "
        f"{len(plan.versions)} versions, {len(plan.factors)} factors, {len(limits)} limits in "
        f"force, {len(plan.hashes)} hashes, the seed {plan.seed}, the whole plan.{lacking}"
    )


def _artifact(run: MeasuredRun) -> tuple[Met, str]:
    rows = sum(len(trial.requests) for trial in run.trials)
    raw = f"Raw: {rows:,} request rows of {len(run.trials)} trials. The run publishes nothing."
    if not run.plan.is_of_a_commit:
        return "not met", f"The code is not that of a commit ({run.plan.commit}). {raw}"
    return "partly", f"The code is commit {run.plan.commit} (Apache-2.0). {raw}"


def _distribution(run: MeasuredRun) -> tuple[Met, str]:
    if not run.blocks:
        return "not met", "No block is complete, so no distribution is shown."
    names = ", ".join(f"p{100 * p:g}" for p in QUANTILES)
    return "met", (
        f"All {len(run.blocks)} blocks are drawn one by one; response times by {names} and as a "
        "whole spectrum, each cut where the requests are too few to tell."
    )


def _statistics(run: MeasuredRun) -> tuple[Met, str]:
    if len(run.blocks) <= 1:
        return "not met", f"{len(run.blocks)} complete blocks allow no interval."
    others = len(run.scenario.secondary)
    return _by_blocks(run), (
        f"Paired t over {len(run.blocks)} blocks, 95 % interval, margin of "
        f"{margin_words(run.scenario.primary)} declared beforehand, and an exact test of the "
        f"blocks' signs; {_looks(run)}. {_verdicts(run)}; the intervals of {others} other metrics "
        "are not corrected for their number. "
        f"{_floor(run)}"
    )


def _verdicts(run: MeasuredRun) -> str:
    n = len(run.scenario.decisive)
    return f"{n} verdicts share the error of 5 %" if n > 1 else "One verdict"


def _looks(run: MeasuredRun) -> str:
    if run.plan.stopping:
        return f"the interval is adjusted for {len(run.looks)} looks, declared before the start"
    return (
        "the number of blocks was fixed before the start, so the interval is not adjusted for "
        "looking early"
    )


def _floor(run: MeasuredRun) -> str:
    if run.plan.aa:
        return "This run measures the noise floor."
    known = run.scenario.primary.metric in run.noise_floor
    return "The noise floor is known from A/A runs." if known else "The noise floor is not known."


def _units(run: MeasuredRun) -> tuple[Met, str]:
    metrics = 1 + len(run.scenario.secondary)
    return "met", (
        f"Every axis and column names its unit, as do the {metrics} metrics: milliseconds, CPU "
        "milliseconds, mebibytes, shares in percent."
    )


def _cost(run: MeasuredRun) -> tuple[Met, str]:
    used = [f"{figures(_cpu_s(run, arm))} CPU-seconds by {arm}" for arm in run.arms if run.of(arm)]
    measured = f"Measured per trial: {', '.join(used)}. " if used else ""
    return "partly" if used else "not met", (
        f"{measured}Money is counted by declared prices. Not measured: energy; nothing was "
        "rented for the run."
    )


def _cpu_s(run: MeasuredRun, arm: str) -> float:
    """Mean over trials of CPU time in the reported phases."""
    window = run.reported_window
    return fmean(sum(cpu_s_by_role(trial.samples, window).values()) for trial in run.of(arm))
