"""Folders of runs, as they are named on the command line."""

from collections.abc import Sequence
from pathlib import Path

from experiment.errors import InputError, RunError
from experiment.record import RunFolder
from testbed.cli.console import errors


def existing(run: Path) -> RunFolder:
    """InputError when it is not the folder of a run."""
    if not (run / "plan.json").is_file():
        raise InputError(f"{run} is not the folder of a run: it has no plan.json.")
    return RunFolder(run)


def require_whole(damaged: Sequence[str]) -> None:
    """Name what of a run is damaged; RunError when there is anything."""
    for sentence in damaged:
        errors.say(f"Damaged: {sentence}")
    if damaged:
        raise RunError("The record of the run is not whole; all that can be read was used.")
