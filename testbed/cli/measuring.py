"""Commands that plan and measure runs."""

from pathlib import Path
from typing import Annotated

import typer

from experiment.errors import InputError
from experiment.part import Profile
from testbed import scenarios as scenarios_of_the_project
from testbed.cli import run_options as options
from testbed.cli.console import console, errors
from testbed.cli.runs import existing
from testbed.finite import finite
from testbed.stopping import Stopped

app = typer.Typer()


@app.command()
def scenarios() -> None:
    """List the scenarios that ship with the project."""
    from testbed.planning import seconds_per_trial, trials_of  # noqa: PLC0415 - keeps --help fast

    rows = []
    for name in scenarios_of_the_project.names():
        scenario = scenarios_of_the_project.find(name)
        trials = trials_of(scenario, "full", scenario.blocks.full)
        minutes = trials * seconds_per_trial(scenario, "full") / 60
        claims = ", ".join(scenario.claims)
        rows.append((name, scenario.question, claims, f"{minutes:.0f} min"))
    console.show(rows, head=("Scenario", "Question", "Claims", "Full takes"))


@app.command()
def run(  # noqa: PLR0917 - typer reads options from parameters
    name: options.Name = None,
    profile: options.ProfileName = "demo",
    blocks: options.Blocks = None,
    seed: options.Seed = None,
    platform: options.Where = "local",
    results: options.Results = Path("results"),
    aa: options.AgainstItself = None,
    until_decided: options.UntilDecided = False,  # noqa: FBT002 - a flag of the command line
    resume: options.Resume = None,
    load_workers: options.LoadWorkers = None,
    load_listen: options.LoadListen = None,
    load_target: options.LoadTarget = None,
) -> None:
    """Measure a scenario and write its report. Ctrl-C stops it and keeps what was measured."""
    if resume is not None:
        others = (name, blocks, seed, aa, load_workers, load_listen, load_target)
        if until_decided or any(given is not None for given in others):
            raise InputError("A resumed run goes on as planned: give --resume and nothing else.")
        folder = existing(resume)
        from testbed.commands import resume_run  # noqa: PLC0415 - keeps --help fast
        from testbed.others import tell_of_others  # noqa: PLC0415 - keeps --help fast

        tell_of_others(errors)
        resume_run(console, folder)
        return
    if name is None:
        raise InputError("Name a scenario (twinstack scenarios lists them), or a run to --resume.")
    scenario = scenarios_of_the_project.find(name)
    from testbed.commands import RunOrder, run_scenario  # noqa: PLC0415 - keeps --help fast
    from testbed.load_workers import RemoteWorkers  # noqa: PLC0415 - keeps --help fast
    from testbed.others import tell_of_others  # noqa: PLC0415 - keeps --help fast

    workers = RemoteWorkers.wanted(load_workers, load_listen, load_target)
    order = RunOrder(profile, blocks, seed, platform, results, aa, until_decided, workers)
    tell_of_others(errors)
    run_scenario(console, scenario, order)


@app.command()
def load_worker(
    master: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="The --load-listen of twinstack run.")
    ],
    patience_s: Annotated[
        float,
        typer.Option(min=1, callback=finite, help="End after so many seconds without a run."),
    ] = 300.0,
) -> None:
    """Send a part of the load of runs on another machine, until Ctrl-C. Takes one core."""
    from loadtests.workers.address import Address  # noqa: PLC0415 - keeps --help fast
    from loadtests.workers.supervisor import Supervisor  # noqa: PLC0415 - keeps --help fast

    supervisor = Supervisor(Address.parse(master), patience_s, console.say)
    try:
        supervisor.run()
    except Stopped:
        console.say("Stopped.")


@app.command()
def plan(
    name: Annotated[str, typer.Argument(help="A scenario's name, or a TOML file of your own.")],
    pilot: Annotated[
        Path | None, typer.Option(help="Run to judge by; the newest of the scenario if unset.")
    ] = None,
    results: Annotated[Path, typer.Option(help="Where run records lie.")] = Path("results"),
    profile: Annotated[Profile, typer.Option(help="Profile of the run to be planned.")] = "full",
) -> None:
    """Say how many blocks and minutes an effect takes, judged by a pilot run."""
    scenario = scenarios_of_the_project.find(name)
    from testbed.power_plan import plan_by_pilot  # noqa: PLC0415 - keeps --help fast

    run = existing(pilot).path if pilot else None
    plan_by_pilot(console, scenario, profile, results, run)
