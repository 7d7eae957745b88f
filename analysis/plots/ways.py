"""The rows of a matrix, such as ways of failing, side by side: what each left of the service."""

from functools import partial
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.fault_matrix import can_have
from analysis.listing import listed
from analysis.measured import MeasuredRun
from analysis.plots.cell_grid import draw_grid, leave_empty, shade
from analysis.plots.plot import Plot
from analysis.plots.style import arm_colours
from analysis.shares import Shares
from analysis.wording import whole_percent

MOST_WAYS = 8
"""Rows of a matrix that fit beside each other at a size that the last row of a hall reads."""
FEW = 7
"""Columns whose names may be as large as those of the arms."""
LETTERS = 11
"""Of a name above a column, which breaks at its hyphens."""
CALM = "control"


def ways_plots(run: MeasuredRun) -> tuple[Plot[MeasuredRun], ...]:
    """The figure of a run whose matrix has as many rows as can be read at once."""
    return (PLOT,) if 1 < len(_ways(run)) <= MOST_WAYS else ()


def _ways(run: MeasuredRun) -> list[str]:
    matrix = run.scenario.matrix
    return [] if matrix is None else [row.name for row in matrix.faults]


def draw(run: MeasuredRun) -> Figure:
    columns = [CALM, *_ways(run)]
    figure = Figure(figsize=(16, 1.5 + 1.55 * len(run.arms)))
    axes = figure.subplots()
    draw_grid(axes, run.arms, columns, partial(_draw_cell, run, columns))
    names = [fill(name, LETTERS) for name in ("no fault", *columns[1:])]
    size = 21 if len(names) <= FEW else 15
    axes.set_xticklabels(names, fontsize=size, fontweight="bold")
    axes.set_yticklabels([arm.replace("-", "\n") for arm in run.arms], fontsize=21)
    for label, arm in zip(axes.get_yticklabels(), run.arms, strict=True):
        label.set(color=arm_colours(run)[arm], fontweight="bold")
    return figure


def _draw_cell(run: MeasuredRun, columns: list[str], axes: Axes, x: int, y: int) -> None:
    arm, phase = run.arms[y], columns[x]
    shares = run.shares(arm, phase, run.scenario.primary.features)
    if shares.n and can_have(run, arm, phase):
        _write(axes, x, y, shares)
    else:
        leave_empty(axes, x, y)


def _write(axes: Axes, x: int, y: int, shares: Shares) -> None:
    """The share of good requests; what became of the others in words below it."""
    bad = {"failed": shares.failed / shares.n, "slow": shares.slow / shares.n}
    ink = shade(axes, x, y, sum(bad.values()))
    words = "\n".join(f"{whole_percent(share)} % {name}" for name, share in bad.items() if share)
    write = partial(axes.text, x + 0.5, ha="center", va="center", color=ink)
    write(y + (0.32 if words else 0.5), f"{whole_percent(shares.good / shares.n)} %", fontsize=28)
    write(y + 0.73, words, fontsize=15, linespacing=1.1)


def caption(run: MeasuredRun) -> str:
    features = run.scenario.primary.features
    whose = f"of {listed(features)}" if features else "of all features"
    return (
        f"Requests {whose} that were answered correctly within {run.scenario.slo.latency_ms:g} ms "
        "while a fault held, by fault (columns) and arm (rows), over all blocks"
        f"{_struck(run)}; the darker, the fewer. Below: those that failed, and those that were "
        "correct and too late (slow). No fault: the control stretches between the faults."
    )


def _struck(run: MeasuredRun) -> str:
    """Which roles the faults strike, where the matrix has any."""
    matrix = run.scenario.matrix
    roles = () if matrix is None else matrix.roles.of(run.plan.profile)
    return f"; the fault strikes {listed(roles)}, one at a time" if roles else ""


PLOT = Plot("ways", "Every way of failing", draw, caption)
