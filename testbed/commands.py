"""What the longer commands do, apart from the command line that calls them."""

import os
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from experiment.errors import RunError
from experiment.scenario import Architecture, Profile, Sample, Scenario
from testbed import doctor, noise_floor
from testbed.against_itself import against_itself
from testbed.deploying import deployment_of, plain_deployment
from testbed.display import display_for
from testbed.janitor import state_dir
from testbed.planning import create_folder, make_plan, seconds_per_trial, trials_of
from testbed.platforms import open_platform
from testbed.run import execute
from testbed.stopping import Stopped


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


def run_scenario(console: Console, scenario: Scenario, order: RunOrder) -> None:
    """Validate everything, then measure, then say the verdict and where the report is."""
    if order.aa is not None:
        scenario = against_itself(scenario, order.aa)
    for arm in scenario.arms:
        deployment_of(scenario, arm)
    with open_platform(order.platform) as platform:
        plan = make_plan(
            scenario,
            order.profile,
            order.blocks,
            order.seed,
            platform.factors,
            aa=order.aa is not None,
            until_decided=order.until_decided,
        )
        # This tool must not take CPU time from the store that it measures.
        os.sched_setaffinity(0, platform.generator_cpus)
        folder = create_folder(order.results, plan)
        trials = trials_of(scenario, order.profile, len(plan.order))
        console.print(f"{scenario.question}\nRecord: {folder.path}", highlight=False)
        per_trial_s = seconds_per_trial(scenario, order.profile)
        with display_for(console, trials, per_trial_s) as display:
            summary = execute(plan, folder, platform, display)
    console.print(f"\n[bold]{summary.verdict}[/]", highlight=False)
    console.print(f"Report: {folder.report / 'index.html'}", soft_wrap=True, highlight=False)
    for floor in noise_floor.remember(state_dir(), plan, summary):
        console.print(f"Noise floor kept: {noise_floor.words(floor)}.", highlight=False)
    if summary.void:
        raise RunError("The run carries no verdict; the report says why.")


def keep_up(console: Console, architecture: Architecture, port: int | None, sample: Sample) -> None:
    """Bring one store up without limits, say where it is, and wait for Ctrl-C."""
    with tempfile.TemporaryDirectory() as logs, open_platform("local") as platform:
        wanted = plain_deployment(architecture, sample)
        store = platform.up(wanted, Path(logs), port=port)
        try:
            console.print(f"{architecture} is at {store.url} (ready in {store.start_s:.1f} s)")
            console.print(
                "Sign in as customer1@example.com, password twinstack-sample. Ctrl-C stops."
            )
            signal.pause()
        except Stopped:
            console.print("Stopping.")
        finally:
            store.down()


def examine(console: Console) -> None:
    """Print what the doctor found."""
    for finding in doctor.findings():
        mark = "[green]ok[/]  " if finding.ok else "[yellow]lack[/]"
        console.print(f"{mark} {finding.name}: {finding.says}", highlight=False)
        if not finding.ok:
            console.print(f"     {finding.remedy}", highlight=False)
