"""The command line: ``twinstack --help``."""

import errno
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from experiment.errors import InputError, RunError, TwinstackError
from experiment.part import Profile
from experiment.record import RunFolder
from experiment.store import Architecture, Sample
from testbed import scenarios as scenarios_of_the_project
from testbed.stopping import Stopped, signals_raise_stopped
from testbed.traces.cli import app as traces

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Monolith or microservices? The same store, built twice, measured under the same load.",
    epilog="Exit codes: 0 done, 1 the run is void or failed, 2 the input is wrong.",
)
app.add_typer(traces, name="trace")
console = Console()
errors = Console(stderr=True)

PlatformName = Literal["local", "compose", "swarm", "kubernetes"]
RunArgument = Annotated[Path, typer.Argument(help="Folder of a run: results/SCENARIO/RUN.")]


@app.command()
def scenarios() -> None:
    """List the scenarios that ship with the project."""
    from testbed.planning import seconds_per_trial, trials_of  # noqa: PLC0415 - keeps --help fast

    table = Table("Scenario", "Question", "Claims", "Full takes", box=None, header_style="bold")
    for name in scenarios_of_the_project.names():
        scenario = scenarios_of_the_project.find(name)
        trials = trials_of(scenario, "full", scenario.blocks.full)
        minutes = trials * seconds_per_trial(scenario, "full") / 60
        table.add_row(name, scenario.question, ", ".join(scenario.claims), f"{minutes:.0f} min")
    console.print(table)


@app.command()
def run(  # noqa: PLR0917 - typer reads options from parameters
    name: Annotated[
        str | None, typer.Argument(help="A scenario's name, or a TOML file of your own.")
    ] = None,
    profile: Annotated[
        Profile, typer.Option(help="smoke: does it work; demo: a first look; full: a verdict.")
    ] = "demo",
    blocks: Annotated[
        int | None, typer.Option(min=1, max=200, help="Blocks, instead of the profile's number.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the scenario's.")] = None,
    platform: Annotated[
        PlatformName,
        typer.Option(
            help="Where the stores run: processes, containers, services of a Swarm, or pods of the "
            "Kubernetes context that TWINSTACK_KUBE_CONTEXT names."
        ),
    ] = "local",
    results: Annotated[Path, typer.Option(help="Where run records go.")] = Path("results"),
    aa: Annotated[
        str | None, typer.Option(metavar="ARM", help="Measure this arm against itself: the noise.")
    ] = None,
    until_decided: Annotated[  # noqa: FBT002 - a flag of the command line
        bool,
        typer.Option(
            "--until-decided", help="Stop as soon as the verdict is clear, by a declared rule."
        ),
    ] = False,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with this interrupted run, as it was planned.")
    ] = None,
    load_workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=16, help="So many workers, started by twinstack load-worker, send the load."
        ),
    ] = None,
    load_listen: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS:PORT", help="Where they find this run; 127.0.0.1:5557 if unset."
        ),
    ] = None,
    load_target: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where they find the store, if not where it says it is."),
    ] = None,
) -> None:
    """Measure a scenario and write its report. Ctrl-C stops it and keeps what was measured."""
    if resume is not None:
        others = (name, blocks, seed, aa, load_workers, load_listen, load_target)
        if until_decided or any(given is not None for given in others):
            raise InputError("A resumed run goes on as planned: give --resume and nothing else.")
        from testbed.commands import resume_run  # noqa: PLC0415 - keeps --help fast

        resume_run(console, _existing(resume))
        return
    if name is None:
        raise InputError("Name a scenario (twinstack scenarios lists them), or a run to --resume.")
    scenario = scenarios_of_the_project.find(name)
    from testbed.commands import RunOrder, run_scenario  # noqa: PLC0415 - keeps --help fast
    from testbed.load_workers import RemoteWorkers  # noqa: PLC0415 - keeps --help fast

    workers = RemoteWorkers.wanted(load_workers, load_listen, load_target)
    order = RunOrder(profile, blocks, seed, platform, results, aa, until_decided, workers)
    run_scenario(console, scenario, order)


@app.command()
def load_worker(
    master: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="The --load-listen of twinstack run.")
    ],
    patience_s: Annotated[
        float, typer.Option(min=1, help="End after so many seconds without a run.")
    ] = 300.0,
) -> None:
    """Send a part of the load of runs on another machine, until Ctrl-C. Takes one core."""
    from loadtests.workers.address import Address  # noqa: PLC0415 - keeps --help fast
    from loadtests.workers.supervisor import Supervisor  # noqa: PLC0415 - keeps --help fast

    def say(sentence: str) -> None:
        console.print(sentence, highlight=False, soft_wrap=True)

    supervisor = Supervisor(Address.parse(master), patience_s, say)
    try:
        supervisor.run()
    except Stopped:
        say("Stopped.")


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

    run = _existing(pilot).path if pilot else None
    plan_by_pilot(console, scenario, profile, results, run)


@app.command()
def up(
    architecture: Annotated[Architecture, typer.Argument(help="Which store to start.")],
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of the store; a free one if unset.")
    ] = None,
    products: Annotated[int, typer.Option(min=20, max=100_000, help="Products to sell.")] = 2_000,
    platform: Annotated[PlatformName, typer.Option(help="Where the store runs.")] = "local",
) -> None:
    """Start one store and keep it up until Ctrl-C."""
    from testbed.commands import keep_up  # noqa: PLC0415 - keeps --help fast

    keep_up(console, architecture, port, Sample(products=products), platform)


@app.command()
def report(
    runs: Annotated[
        list[Path], typer.Argument(help="Folder of a run; several runs are pooled into one report.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Where the report goes; needed for several runs.")
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option(
            help="TOML with prices of your own; kept with the run, unless --out names a folder."
        ),
    ] = None,
) -> None:
    """Rebuild the report of a run from its raw data, or pool the blocks of several runs."""
    folders = [_existing(run) for run in runs]
    if out is None and len(folders) > 1:
        raise InputError("A report over several runs belongs to none of them: add --out FOLDER.")
    gc.disable()  # a tenth of the time would go into looking for what the end frees anyway
    from analysis.money.prices import keep_prices  # noqa: PLC0415 - keeps --help fast
    from analysis.report import build, build_pooled  # noqa: PLC0415 - keeps --help fast
    from experiment.prices import load_prices  # noqa: PLC0415 - keeps --help fast

    if out is not None:
        summary = build_pooled(folders, out, load_prices(prices) if prices else None)
    else:
        if prices is not None:
            keep_prices(folders[0], prices)
        summary = build(folders[0])
    console.print(summary.verdict, highlight=False)
    page = (out or folders[0].report) / "index.html"
    console.print(f"Report: {page}", soft_wrap=True, highlight=False)
    _require_whole(summary.damaged)


@app.command()
def compare(
    runs: Annotated[
        list[Path], typer.Argument(help="Folders of runs of one scenario on different platforms.")
    ],
    out: Annotated[Path, typer.Option(help="Where the page goes.")],
) -> None:
    """Set runs of one scenario on several platforms side by side, and say if they agree."""
    folders = [_existing(run) for run in runs]
    gc.disable()  # as for a report
    from analysis.platforms.report import build_comparison  # noqa: PLC0415 - keeps --help fast

    findings = build_comparison(folders, out)
    console.print(findings.says, highlight=False)
    console.print(f"Page: {out / 'index.html'}", soft_wrap=True, highlight=False)
    _require_whole(findings.damaged)


@app.command()
def project(
    runs: Annotated[
        list[Path], typer.Argument(help="Folders of runs with several loads, such as load-ladder.")
    ],
    prices: Annotated[
        Path | None, typer.Option(help="Table of prices (TOML); made-up ones if unset.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Where the report goes; needed for several runs.")
    ] = None,
) -> None:
    """Foretell loads that were held out, then a million journeys per second: a model."""
    folders = [_existing(run) for run in runs]
    if to is None and len(folders) > 1:
        raise InputError("A report over several runs belongs to none of them: add --to FOLDER.")
    from analysis.money.prices import default_prices  # noqa: PLC0415 - keeps --help fast
    from experiment.prices import load_prices  # noqa: PLC0415 - keeps --help fast
    from projection.report import build  # noqa: PLC0415 - keeps --help fast
    from projection.tables import headline  # noqa: PLC0415 - keeps --help fast

    out = to or folders[0].path / "projection"
    projection = build(folders, load_prices(prices) if prices else default_prices(), out)
    console.print(headline(projection), highlight=False)
    console.print(f"Report: {out / 'index.html'}", soft_wrap=True, highlight=False)


@app.command()
def export(
    run: RunArgument,
    csv: Annotated[Path, typer.Option("--csv", help="Folder to write the CSV files to.")],
) -> None:
    """Write the raw rows of a run as CSV, for a spreadsheet."""
    folder = _existing(run)
    from analysis.export import export_csv  # noqa: PLC0415 - keeps --help fast

    exported = export_csv(folder, csv)
    for file in exported.files:
        console.print(str(file), soft_wrap=True, highlight=False)
    _require_whole(exported.damaged)


@app.command()
def doctor() -> None:
    """Say what this machine can do, what will be missing, and what to do about it."""
    from testbed.commands import examine  # noqa: PLC0415 - keeps --help fast

    examine(console)


@app.command()
def selfcheck(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Under a minute, without M/D/1 and M/M/4.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the results there, as JSON.")] = None,
) -> None:
    """Measure queues that theory knows, with the instrument that measures the stores."""
    from testbed.selfcheck.command import selfcheck as check  # noqa: PLC0415 - keeps --help fast

    check(console, "quick" if quick else "full", out)


@app.command()
def bench(
    *,
    starts: Annotated[
        int, typer.Option(min=2, max=50, help="Times that all processes are started anew.")
    ] = 4,
    rounds: Annotated[
        int, typer.Option(min=2, max=1000, help="Rounds of all starts; each has every way once.")
    ] = 20,
    out: Annotated[Path | None, typer.Option(help="Write the figures there, as JSON.")] = None,
) -> None:
    """Measure what crossing a boundary costs, and how fast the stores are beside bare handlers."""
    from testbed.bench.command import Size  # noqa: PLC0415 - keeps --help fast
    from testbed.bench.command import bench as measure  # noqa: PLC0415 - keeps --help fast

    if rounds < starts:
        raise InputError(f"{starts} starts need at least as many rounds, one each.")
    measure(console, Size(starts, rounds // starts), out)


@app.command()
def clean() -> None:
    """Stop whatever an interrupted run left behind, and say what it was."""
    from testbed.janitor import clean as sweep  # noqa: PLC0415 - keeps --help fast
    from testbed.janitor import state_dir  # noqa: PLC0415 - keeps --help fast

    done = sweep(state_dir())
    console.print("\n".join(done) if done else "Nothing was left behind.", highlight=False)


def _require_whole(damaged: Sequence[str]) -> None:
    """Name what of a run could not be read; RunError when there is anything."""
    for sentence in damaged:
        errors.print(f"Not readable: {sentence}", soft_wrap=True, highlight=False)
    if damaged:
        raise RunError("The record of the run is not whole; all that can be read was used.")


def _existing(run: Path) -> RunFolder:
    if not (run / "plan.json").is_file():
        raise InputError(f"{run} is not the folder of a run: it has no plan.json.")
    return RunFolder(run)


def main() -> None:
    """Entry point; turns every expected failure into one sentence and an exit code."""
    try:
        with signals_raise_stopped():
            app()
    except TwinstackError as error:
        _fail(str(error), error.exit_code)
    except Stopped:
        _fail("Stopped. What was measured is kept, marked as cut off.", 1)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EMFILE):
            raise
        where = f" ({error.filename})" if error.filename else ""
        _fail(f"{error.strerror}{where}; nothing is left running.", 1)


def _fail(sentence: str, code: int) -> None:
    errors.print(f"[bold red]twinstack:[/] {sentence}", highlight=False, soft_wrap=True)
    sys.exit(code)
