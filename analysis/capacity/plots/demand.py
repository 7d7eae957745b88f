"""Demand over load as steps, after Theodolite (Henning & Hasselbring 2022)."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.capacity.run import SearchRun
from analysis.capacity.search import Limit
from analysis.capacity.sizing import use_at_limit
from analysis.plots.plot import Plot
from analysis.plots.style import GREY, arm_colours

ASIDE = 0.012
ROOM = 0.16
"""Shares of the largest load: between two marks of one load, and for all of them at the most."""


def draw(run: SearchRun) -> Figure:
    figure = Figure(figsize=(13, 6.5))
    axes = figure.subplots()
    colours = arm_colours(run)
    for arm in run.arms:
        axes.plot([], [], color=colours[arm], label=arm)
        for block in sorted({found.block for found in run.limits}):
            found = [each for each in run.limits if (each.arm, each.block) == (arm, block)]
            if len(found) > 1:
                _draw_steps(axes, found, colours[arm])
            for each in found:
                _draw_limit(axes, run, each, colours[arm])
    axes.set_xlim(0, max(run.at) * 1.12)
    axes.set_ylim(0, run.search.highest * 1.15)
    axes.axhline(run.search.highest, color=GREY, linewidth=1.2, linestyle=":")
    axes.set_xlabel("journeys per second")
    axes.set_ylabel("CPUs of the budget")
    axes.set_title("Fewest CPUs with which the objective holds")
    axes.legend(loc="upper left")
    return figure


def _draw_steps(axes: Axes, found: list[Limit], colour: str) -> None:
    known = sorted((each.at, each.holds) for each in found if each.holds)
    if known:
        # A load between two that were tested needs at most what the larger one needs.
        loads, cpus = [0.0, *(at for at, _ in known)], [known[0][1], *(c for _, c in known)]
        axes.step(loads, cpus, where="pre", color=colour, alpha=0.75, linewidth=2.4)


def _draw_limit(axes: Axes, run: SearchRun, found: Limit, colour: str) -> None:
    x = found.at + _aside(run, found)
    if found.holds and found.fails and not found.unknown:
        axes.plot([x] * 2, [found.fails, found.holds], color=colour, linewidth=6, alpha=0.4)
        axes.plot(x, found.holds, "o", color=colour, markersize=9)
        use = use_at_limit(run, found)
        if use is not None:
            axes.plot(x, use.cpus.used, "D", color=colour, markerfacecolor="white", markersize=7)
    elif found.holds:
        axes.plot(x, found.holds, "v", color=colour, markersize=12)
    else:
        axes.plot(x, run.search.highest, "^" if found.ended else "x", color=colour, markersize=12)


def _aside(run: SearchRun, found: Limit) -> float:
    """Arm beside arm, and within each block beside block, around the load that was tested."""
    blocks = run.blocks_at(found.at)
    place = run.arms.index(found.arm) * (len(blocks) + 1) + blocks.index(found.block)
    last = len(run.arms) * (len(blocks) + 1) - 2
    return (place - last / 2) * min(ASIDE, ROOM / last) * max(run.at)


def caption(run: SearchRun) -> str:
    return (
        "Dots: with so many CPUs the objective held every time; the pale bar below reaches down to "
        "where it failed every time. Hollow: what was used of them. Blocks stand side by side. "
        "Steps join what a block tested at several loads: a smaller load needs no more. "
        f"An arrow at the dotted line means more than {run.search.highest:g} "
        "CPUs, a cross no result; an arrow down means that the fewest CPUs searched were enough."
    )


PLOT = Plot("limits", "How much they need", draw, caption)
