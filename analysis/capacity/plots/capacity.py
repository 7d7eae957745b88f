"""Capacity over resources: every bracket an interval, and the scalability law where it is known."""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.capacity.run import SearchRun
from analysis.capacity.search import Limit
from analysis.capacity.tables import scalability_of
from analysis.capacity.usl import Scalability
from analysis.plots.plot import Plot
from analysis.plots.style import arm_colours

ASIDE = 0.17
"""Share of the distance between two resources by which an arm stands beside its place."""


def draw(run: SearchRun) -> Figure:
    figure = Figure(figsize=(13, 6.5))
    axes = figure.subplots()
    colours = arm_colours(run)
    for index, arm in enumerate(run.arms):
        axes.plot([], [], color=colours[arm], linewidth=6, label=arm)
        for found in (each for each in run.limits if each.arm == arm):
            _draw_limit(axes, run, found, _place(run, found, index), colours[arm])
        _draw_law(axes, run, arm, colours[arm])
    gap = _gap(run)
    axes.set_xlim(max(0.0, min(run.at) - gap), max(run.at) + gap)
    axes.set_xticks(run.at, [f"{at:g}" for at in run.at])
    axes.grid(visible=False, axis="x")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("CPUs of the budget (store, edge and database together)")
    axes.set_ylabel("journeys per second")
    axes.set_title("The objective holds below each bar and fails above it")
    axes.legend(loc="upper left")
    return figure


def _gap(run: SearchRun) -> float:
    """The smallest distance between two resources; of a single one, its half."""
    return min((b - a for a, b in pairwise(run.at)), default=run.at[0] / 2)


def _place(run: SearchRun, found: Limit, arm: int) -> float:
    """Where a bar stands: arms to the left and right of their resource, blocks side by side."""
    blocks = len(run.plan.order)
    within = (found.block - (blocks + 1) / 2) / blocks
    return found.at + ASIDE * _gap(run) * (2 * arm - 1 + within)


def _draw_limit(axes: Axes, run: SearchRun, found: Limit, x: float, colour: str) -> None:
    if found.midpoint and found.holds and found.fails:
        axes.plot([x, x], [found.holds, found.fails], color=colour, linewidth=6, alpha=0.8)
        axes.plot(x, found.midpoint, "_", color="white", markersize=9, markeredgewidth=2)
    elif found.holds:
        axes.plot(x, found.holds, "^", color=colour, markersize=12)
    elif found.fails:
        axes.plot(x, found.fails, "v", color=colour, markersize=12)
    else:
        axes.plot(x, run.search.lowest, "x", color=colour, markersize=10)


def _draw_law(axes: Axes, run: SearchRun, arm: str, colour: str) -> None:
    law = scalability_of(run, arm)
    if isinstance(law, Scalability):
        cpus = np.linspace(min(run.at), max(run.at) * 1.1, 100)
        axes.plot(cpus, law.capacity(cpus), color=colour, linestyle="--", linewidth=1.8)


def caption(run: SearchRun) -> str:
    return (
        "Each bar is one search: at its lower end the objective held every time, at its upper end "
        f"it failed every time; {len(run.plan.order)} block(s) side by side, a white dash at the "
        "geometric mean. A triangle points to where the limit lies when it is outside of what was "
        "searched; a cross marks a search without a result. Dashed: the Universal Scalability "
        "Law, only where the data identify it."
    )


PLOT = Plot("limits", "How much load they bear", draw, caption)
