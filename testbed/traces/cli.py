"""``twinstack trace``: the command line of access logs."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from experiment.errors import InputError
from experiment.output import require_file
from testbed.finite import finite
from testbed.terminal import Terminal
from testbed.traces.log_lines import StatusClass

app = typer.Typer(no_args_is_help=True, help="Arrivals recorded elsewhere.")


@app.callback()
def trace() -> None:
    """Arrivals recorded elsewhere, as the load of a scenario."""


@app.command("import")
def import_(  # noqa: PLR0917 - typer reads options from parameters
    access_log: Annotated[
        Path,
        typer.Argument(
            help="Common or combined format (nginx, Apache), plain or gzip; - is standard input."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Trace file to write (Parquet).")],
    table: Annotated[
        Path | None, typer.Option("--map", help="TOML table from paths to journeys.")
    ] = None,
    begin: Annotated[
        str, typer.Option("--from", help="Leave out lines before this time (RFC 3339).")
    ] = "",
    end: Annotated[str, typer.Option("--to", help="Leave out lines from this time on.")] = "",
    max_gap: Annotated[
        float,
        typer.Option(min=0, callback=finite, help="Seconds without any line that are accepted."),
    ] = 3_600,
    max_back: Annotated[
        float,
        typer.Option(min=0, callback=finite, help="Seconds a line may lie before the latest one."),
    ] = 60,
    leave_out: Annotated[
        list[StatusClass] | None,
        typer.Option(help="No arrivals from requests that were answered so; can be repeated."),
    ] = None,
) -> None:
    """Turn an access log into a trace, for a scenario whose load has the shape "trace"."""
    from testbed.traces.importing import import_log  # noqa: PLC0415 - keeps --help fast
    from testbed.traces.mapping import (  # noqa: PLC0415 - keeps --help fast
        OF_THE_PROJECT,
        read_table,
    )
    from testbed.traces.reading import Rules  # noqa: PLC0415 - keeps --help fast
    from testbed.traces.telling import (  # noqa: PLC0415 - keeps --help fast
        rows_about,
        warning_about_status,
    )

    window = _time(begin, "--from", float("-inf")), _time(end, "--to", float("inf"))
    rules = Rules(max_gap, max_back, *window, frozenset(leave_out or ()))
    map_file = table or OF_THE_PROJECT
    require_file(out, map_file)
    reading, imported = import_log(access_log, out, read_table(map_file), rules)
    console = Terminal()
    console.show(list(rows_about(reading, imported)))
    warning = warning_about_status(reading, rules.left_out)
    if warning:
        console.say(warning)
    console.say(f"Trace: {out}")


def _time(text: str, option: str, otherwise: float) -> float:
    if not text:
        return otherwise
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{option}: {text!r} is no time such as 2026-01-31T08:00:00Z.") from error
    if moment.tzinfo is None:
        raise InputError(f"{option}: {text!r} needs a time zone: Z, or an offset such as +01:00.")
    return moment.timestamp()
