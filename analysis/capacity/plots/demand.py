"""Demand over load as steps, after Theodolite (Henning & Hasselbring 2022)."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.capacity.run import SearchRun
from analysis.capacity.search import Limit
from analysis.capacity.sizing import use_at_limit
from analysis.plots.plot import Plot
from analysis.plots.style import GREY, arm_colours


def draw(run: SearchRun) -> Figure:
    figure = Figure(figsize=(13, 6.5))
    axes = figure.subplots()
    colours = arm_colours(run)
    for arm in run.arms:
        axes.plot([], [], color=colours[arm], label=arm)
        for block in sorted({found.block for found in run.limits}):
            found = [each for each in run.limits if (each.arm, each.block) == (arm, block)]
            _draw_steps(axes, run, found, colours[arm])
    axes.set_xlim(0, max(run.at) * 1.08)
    axes.set_ylim(0, run.search.highest * 1.15)
    axes.axhline(run.search.highest, color=GREY, linewidth=1.2, linestyle=":")
    axes.set_xlabel("journeys per second")
    axes.set_ylabel("CPUs of the budget")
    axes.set_title("Fewest CPUs with which the objective holds")
    axes.legend(loc="upper left")
    return figure


def _draw_steps(axes: Axes, run: SearchRun, found: list[Limit], colour: str) -> None:
    known = sorted((each.at, each.holds) for each in found if each.holds)
    if known:
        # A load between two that were tested needs at most what the larger one needs.
        loads, cpus = [0.0, *(at for at, _ in known)], [known[0][1], *(c for _, c in known)]
        axes.step(loads, cpus, where="pre", color=colour, alpha=0.75, linewidth=2.4)
    for each in found:
        if each.holds and each.fails and not each.unknown:
            axes.plot([each.at] * 2, [each.fails, each.holds], color=colour, linewidth=6, alpha=0.4)
            axes.plot(each.at, each.holds, "o", color=colour, markersize=9)
            _draw_use(axes, run, each, colour)
        elif each.holds:
            axes.plot(each.at, each.holds, "v", color=colour, markersize=12)
        else:
            mark = "^" if each.ended else "x"
            axes.plot(each.at, run.search.highest, mark, color=colour, markersize=12)


def _draw_use(axes: Axes, run: SearchRun, found: Limit, colour: str) -> None:
    use = use_at_limit(run, found)
    if use is not None:
        axes.plot(found.at, use.cpus.used, "D", color=colour, markerfacecolor="white", markersize=7)


def caption(run: SearchRun) -> str:
    return (
        "Dots: with so many CPUs the objective held every time; the pale bar below reaches down to "
        "where it failed every time. Hollow: what was used of them. Steps join "
        "what was tested: a smaller load needs no more. "
        f"One line per block. An arrow at the dotted line means more than {run.search.highest:g} "
        "CPUs, a cross no result; an arrow down means that the fewest CPUs searched were enough."
    )


PLOT = Plot("limits", "How much they need", draw, caption)
