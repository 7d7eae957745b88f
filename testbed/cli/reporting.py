"""Commands that read the records of runs."""

import gc
from pathlib import Path
from typing import Annotated

import typer

from experiment.errors import InputError
from experiment.output import require_apart
from testbed.cli.console import console
from testbed.cli.runs import existing, require_whole

app = typer.Typer()


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
    folders = [existing(run) for run in runs]
    if out is None and len(folders) > 1:
        raise InputError("A report over several runs belongs to none of them: add --out FOLDER.")
    target = out or folders[0].report
    require_apart(target, *runs, *([prices] if prices else []))
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
    console.say(summary.verdict)
    console.say(f"Report: {target / 'index.html'}")
    require_whole(summary.damaged)


@app.command()
def compare(
    runs: Annotated[
        list[Path], typer.Argument(help="Folders of runs of one scenario on different platforms.")
    ],
    out: Annotated[Path, typer.Option(help="Where the page goes.")],
) -> None:
    """Set runs of one scenario on several platforms side by side, and say if they agree."""
    folders = [existing(run) for run in runs]
    require_apart(out, *runs)
    gc.disable()  # as for a report
    from analysis.platforms.report import build_comparison  # noqa: PLC0415 - keeps --help fast

    findings = build_comparison(folders, out)
    console.say(findings.says)
    console.say(f"Page: {out / 'index.html'}")
    require_whole(findings.damaged)


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
    folders = [existing(run) for run in runs]
    if to is None and len(folders) > 1:
        raise InputError("A report over several runs belongs to none of them: add --to FOLDER.")
    out = to or folders[0].path / "projection"
    require_apart(out, *runs, *([prices] if prices else []))
    from analysis.money.prices import default_prices  # noqa: PLC0415 - keeps --help fast
    from experiment.prices import load_prices  # noqa: PLC0415 - keeps --help fast
    from projection.report import build  # noqa: PLC0415 - keeps --help fast
    from projection.tables import headline  # noqa: PLC0415 - keeps --help fast

    projection = build(folders, load_prices(prices) if prices else default_prices(), out)
    console.say(headline(projection))
    console.say(f"Report: {out / 'index.html'}")


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="Folder of a run: results/SCENARIO/RUN.")],
    csv: Annotated[Path, typer.Option("--csv", help="Folder to write the CSV files to.")],
) -> None:
    """Write the raw rows of a run as CSV, for a spreadsheet."""
    folder = existing(run)
    from analysis.export import export_csv  # noqa: PLC0415 - keeps --help fast

    exported = export_csv(folder, csv)
    for file in exported.files:
        console.say(str(file))
    require_whole(exported.damaged)
