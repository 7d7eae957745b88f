"""What the longer commands do, apart from the command line that calls them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis import report
from analysis.sequential import decided
from analysis.summary import Summary
from experiment.errors import RunError
from experiment.noise_floor import read as read_floors
from experiment.output import require_folder
from experiment.part import Profile
from experiment.record import Plan, RunFolder
from experiment.scenario import Scenario
from testbed import doctor, noise_floor
from testbed.against_itself import against_itself
from testbed.deploying import deployment_of
from testbed.display import LiveDisplay, PlainDisplay, display_for
from testbed.files import expected_failure
from testbed.load_workers import RemoteWorkers, edge_address, with_workers
from testbed.locking import owned
from testbed.planning import create_folder, make_plan, seconds_per_trial, trials_of
from testbed.platforms import open_platform, require_possible
from testbed.platforms.platform import Platform
from testbed.poison import require_poison_in_load
from testbed.resuming import blocks_left, mark_killed, require_unchanged, require_whole
from testbed.run import Run, StopAfter, never
from testbed.terminal import Terminal


@dataclass(frozen=True)
class RunOrder:
    """How a scenario is to be run; None means: as the scenario says."""

    profile: Profile
    blocks: int | None
    seed: int | None
    platform: str
    results: Path
    aa: str | None = None
    """Name of the arm that is measured against itself."""
    until_decided: bool = False
    workers: RemoteWorkers | None = None
    """Who sends the load from other machines; None: this one does."""


def run_scenario(console: Terminal, scenario: Scenario, order: RunOrder) -> None:
    """Validate everything, then measure, then say the verdict and where the report is."""
    if order.aa is not None:
        scenario = against_itself(scenario, order.aa)
    remote = None
    if order.workers is not None:
        scenario = with_workers(scenario, order.workers.count)
        remote = order.workers.planned(order.platform)
    for arm in scenario.arms:
        deployment_of(scenario, arm)
    require_poison_in_load(scenario, order.profile)
    require_possible(order.platform, scenario)
    require_folder(order.results)
    with open_platform(order.platform, edge_address(remote)) as platform:
        plan = make_plan(
            scenario,
            order.profile,
            order.blocks,
            order.seed,
            platform.factors,
            floors=read_floors(order.results),
            aa=order.aa is not None,
            until_decided=order.until_decided,
            remote_load=remote,
            platform=order.platform,
        )
        _leave_the_stores_cores(platform)
        folder = create_folder(order.results, plan)
        plan = folder.read_plan()
        console.say(scenario.question)
        console.say(f"Record: {folder.path}")
        with (
            _named_if_full(folder),
            owned(folder),
            _display(console, plan, len(plan.order)) as display,
        ):
            summary = Run(plan, folder, platform, display).start(_stopping_rule(plan, folder))
    _say_end(console, folder, plan, summary)


def resume_run(console: Terminal, folder: RunFolder) -> None:
    """Measure what an interrupted run still lacks; says so when that is nothing."""
    plan = folder.read_plan()
    with _named_if_full(folder), owned(folder):
        require_whole(folder, plan)
        blocks = blocks_left(folder, plan)
        if not blocks:
            _say_nothing_left(console, folder)
            return
        require_unchanged(folder, plan)
        mark_killed(folder, plan)
        summary = _measure_rest(console, folder, plan, blocks)
    _say_end(console, folder, plan, summary)


@contextmanager
def _named_if_full(folder: RunFolder) -> Iterator[None]:
    """Say where, when a disk is full: a write that fails does not know its file.

    Whatever fails in a run that has begun is RunError: its input was in order.
    """
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(folder.path)
        if expected := expected_failure(error):
            raise RunError(str(expected)) from error
        raise


def _say_nothing_left(console: Terminal, folder: RunFolder) -> None:
    page = folder.report / "index.html"
    if not page.exists():  # the run was interrupted while it wrote the report
        report.build(folder)
    console.say(f"All of this run was measured, nothing is left to do. Report: {page}")


def _measure_rest(console: Terminal, folder: RunFolder, plan: Plan, blocks: list[int]) -> Summary:
    with open_platform(plan.platform, edge_address(plan.remote_load)) as platform:
        _leave_the_stores_cores(platform)
        console.say(plan.scenario.question)
        console.say(f"Record: {folder.path}, going on at block {blocks[0]} of {len(plan.order)}")
        with _display(console, plan, len(blocks)) as display:
            run = Run(plan, folder, platform, display)
            return run.resume(blocks, _stopping_rule(plan, folder))


def _leave_the_stores_cores(platform: Platform) -> None:
    """Take no CPU time from the store that is measured."""
    os.sched_setaffinity(0, platform.generator_cpus)


def _stopping_rule(plan: Plan, folder: RunFolder) -> StopAfter:
    return never if plan.stopping is None else lambda _block: decided(folder)


def _display(console: Terminal, plan: Plan, blocks: int) -> PlainDisplay | LiveDisplay:
    scenario = plan.scenario
    trials = trials_of(scenario, plan.profile, blocks)
    return display_for(console, trials, seconds_per_trial(scenario, plan.profile))


def _say_end(console: Terminal, folder: RunFolder, plan: Plan, summary: Summary) -> None:
    console.say()
    console.say((summary.verdict, "bold"))
    console.say(f"Report: {folder.report / 'index.html'}")
    for floor in noise_floor.remember(folder.results, plan, summary):
        console.say(f"Noise floor kept: {noise_floor.words(floor)}.")
    if summary.void:
        raise RunError("The run carries no verdict; the report says why.")


def examine(console: Terminal) -> None:
    """Print what the doctor found."""
    for finding in doctor.findings():
        mark = ("ok  ", "green") if finding.ok else ("lack", "yellow")
        console.say(mark, f" {finding.name}: {finding.says}")
        if not finding.ok:
            console.say(f"     {finding.remedy}")
