"""Latency spectrum: the whole distribution, with the tail stretched out."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.style import GREEN, arm_colours, arm_dashes, plain_log
from analysis.quantiles import highest_known

Floats = NDArray[np.float64]
TICKS = (0.5, 0.9, 0.99, 0.999, 0.9999)
PER_ROW = 3
ARM_POINTS, BLOCK_POINTS = 400, 120
"""Points of a curve: finer than the eye, and the same for ten thousand requests and ten million."""


def draw(run: MeasuredRun) -> Figure:
    phases = run.shown_phases
    columns = min(PER_ROW, len(phases))
    rows = -(-len(phases) // PER_ROW)
    figure = Figure(figsize=(15, 5.6 * rows))
    grid = figure.subplots(rows, columns, sharey=True, sharex=True, squeeze=False)
    for axes, phase in zip(grid.flat, phases, strict=False):
        _draw_phase(axes, run, phase)
    for axes in grid.flat[len(phases) :]:
        axes.set_axis_off()
    for row in grid:
        row[0].set_ylabel("response time in ms (log)")
    grid[0, 0].legend(loc="lower right")
    grid[0, 0].set_xlim(0, max(axes.dataLim.x1 for axes in grid.flat) + 0.15)
    figure.supxlabel("share of correct answers that were at least this fast", fontsize=15)
    return figure


def _draw_phase(axes: Axes, run: MeasuredRun, phase: str) -> None:
    axes.set_title(phase)
    plain_log(axes)
    axes.axhline(run.scenario.slo.latency_ms, color=GREEN, linewidth=1.6, label="objective")
    colours, dashes = arm_colours(run), arm_dashes(run)
    for arm in run.arms:
        colour = colours[arm]
        for trial in run.of(arm):
            one = np.sort(trial.cells.answered_in(phase))
            axes.plot(*_spectrum(one, BLOCK_POINTS), color=colour, alpha=0.25, lw=1.1)
        every = run.answered_ms(arm, phase)
        axes.plot(*_spectrum(every, ARM_POINTS), color=colour, ls=dashes[arm], lw=3.2, label=arm)
    axes.set_xticks([float(_stretch(p)) for p in TICKS], [f"{100 * p:g} %" for p in TICKS])
    axes.tick_params(axis="x", labelsize=12, labelbottom=True)


def _spectrum(sorted_ms: Floats, points: int) -> tuple[Floats, Floats]:
    """Points of the curve, up to the highest quantile that so many values can tell.

    At most ``points`` of the values, at even steps along the axis: the tail keeps every value.
    """
    n = len(sorted_ms)
    if not n:
        return np.empty(0), np.empty(0)
    steps = np.linspace(0, float(_stretch(highest_known(n))), points)
    ranks = np.unique(np.floor(n * (1 - 10.0**-steps)).astype(np.int64))
    return _stretch(ranks / n), sorted_ms[ranks]


def _stretch(p: ArrayLike) -> Floats:
    """log10 of 1 / (1 - p): each step to the right is one more nine."""
    return np.asarray(-np.log10(1 - np.asarray(p, dtype=np.float64)), dtype=np.float64)


def caption(run: MeasuredRun) -> str:
    return (
        "Response time from when a request was due, over those that were answered correctly, all "
        f"features. Thick: all {len(run.blocks)} blocks together; thin: each block. Each step to "
        "the right is one more nine. A curve ends where the requests are too few to know more. "
        "Failed requests are not in it: read it together with the availability matrix."
    )


PLOT = Plot("spectrum", "Latency spectrum", draw, caption)
