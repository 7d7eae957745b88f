"""All commands together, and what becomes of their failures."""

import logging
import sys

import typer

from experiment.errors import TwinstackError
from testbed.cli import machine, measuring, reporting
from testbed.cli.console import errors
from testbed.environment import drop_settings_of_other_programs
from testbed.files import expected_failure
from testbed.glyphs import substitute_missing
from testbed.stopping import Stopped, signals_raise_stopped
from testbed.traces.cli import app as traces

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its tables cut the names of options on narrow terminals
    help="Monolith or microservices? The same store, built twice, measured under the same load.",
    epilog="Exit codes: 0 done, 1 the run is void or failed, 2 the input is wrong.",
)
for group in (measuring, reporting, machine):
    app.add_typer(group.app)
app.add_typer(traces, name="trace")


def main() -> None:
    """Entry point; turns every expected failure into one sentence and an exit code."""
    drop_settings_of_other_programs()
    # Where there is no home for its cache, it takes a temporary folder, and says so at length.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    for stream in (sys.stdout, sys.stderr):
        substitute_missing(stream)
    try:
        with signals_raise_stopped():
            app()
    except TwinstackError as error:
        _fail(str(error), error.exit_code)
    except Stopped:
        _fail("Stopped. What was measured is kept, marked as cut off.", 1)
    except OSError as error:
        expected = expected_failure(error)
        if expected is None:
            raise
        _fail(str(expected), expected.exit_code)


def _fail(sentence: str, code: int) -> None:
    in_one_line = sentence.replace("\n", "\\n")
    errors.say(("twinstack:", "bold red"), f" {in_one_line}")
    sys.exit(code)
