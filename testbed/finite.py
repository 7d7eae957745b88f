"""Numbers of the command line that a range of typer's lets through."""

import math

import typer


def finite(value: float) -> float:
    """``nan`` is below no limit and above none."""
    if not math.isfinite(value):
        raise typer.BadParameter(f"{value} is not a finite number.")
    return value
