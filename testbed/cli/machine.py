"""Commands about this machine: what runs on it, what it can do, what is left on it."""

from pathlib import Path
from typing import Annotated

import typer

from experiment.errors import InputError
from experiment.store import Architecture, Sample
from testbed.cli.console import console, errors
from testbed.cli.platform_option import PlatformName

app = typer.Typer()


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
    from testbed.keeping import keep_up  # noqa: PLC0415 - keeps --help fast
    from testbed.others import tell_of_others  # noqa: PLC0415 - keeps --help fast

    tell_of_others(errors)
    keep_up(console, architecture, port, Sample.with_products(products), platform)


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
    from testbed.others import tell_of_others  # noqa: PLC0415 - keeps --help fast
    from testbed.selfcheck.command import selfcheck as check  # noqa: PLC0415 - keeps --help fast

    tell_of_others(errors)
    check(console, "quick" if quick else "full", out)


@app.command()
def bench(
    *,
    starts: Annotated[
        int, typer.Option(min=3, max=50, help="Times that all processes are started.")
    ] = 4,
    rounds: Annotated[
        int, typer.Option(min=3, max=1000, help="Rounds of all starts; each has every way once.")
    ] = 20,
    instrument: Annotated[
        bool,
        typer.Option("--instrument", help="Only what counters, trace and fault points cost."),
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the figures there, as JSON.")] = None,
) -> None:
    """Measure what crossing a boundary costs, and how fast the stores are beside bare handlers."""
    from testbed.bench.command import Size  # noqa: PLC0415 - keeps --help fast
    from testbed.bench.command import bench as measure  # noqa: PLC0415 - keeps --help fast
    from testbed.others import tell_of_others  # noqa: PLC0415 - keeps --help fast

    if rounds < starts:
        raise InputError(f"{starts} starts need at least as many rounds, one each.")
    tell_of_others(errors)
    measure(console, Size(starts, rounds // starts), out, of_instrument=instrument)


@app.command()
def clean() -> None:
    """Stop what an interrupted run left behind and remove kept data; say what it was."""
    from testbed.janitor import clean as sweep  # noqa: PLC0415 - keeps --help fast
    from testbed.janitor import state_dir  # noqa: PLC0415 - keeps --help fast
    from testbed.platforms.local.kept_data import FOLDER, KeptData  # noqa: PLC0415 - keeps --help fast

    swept = sweep(state_dir())
    for sentence in swept:
        console.say(sentence)
    removed = KeptData(state_dir() / FOLDER, {}).clean()
    for sentence in removed or ([] if swept else ["Nothing was left behind."]):
        console.say(sentence)
