"""How each search went: probe by probe, held or failed."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.capacity.run import SearchRun
from analysis.capacity.search import SeenProbe
from analysis.capacity.units import SEARCHED, held
from analysis.plots.plot import Plot
from analysis.plots.style import GREY, arm_colours, plain_log

PANEL_INCHES = 3.6


def draw(run: SearchRun) -> Figure:
    figure = Figure(figsize=(13, PANEL_INCHES * len(run.at) + 1))
    panels = figure.subplots(len(run.at), 2, sharey=True, squeeze=False)
    for row, at in zip(panels, run.at, strict=True):
        for axes, arm in zip(row, run.arms, strict=True):
            for block in range(1, len(run.plan.order) + 1):
                _draw_path(axes, run, run.probes_of(block, arm, at), arm)
            axes.set_title(f"{arm}, {held(run.search.kind, at)}")
            axes.set_xlabel("probe")
            axes.xaxis.get_major_locator().set_params(integer=True)
        row[0].set_ylabel(SEARCHED[run.search.kind])
        plain_log(row[0])
    return figure


def _draw_path(axes: Axes, run: SearchRun, seen: list[SeenProbe], arm: str) -> None:
    values = [each.value(run.search.kind) for each in seen]
    colour = arm_colours(run)[arm]
    axes.plot(range(1, len(seen) + 1), values, color=GREY, alpha=0.5, linewidth=1.2, zorder=1)
    for order, (probe, value) in enumerate(zip(seen, values, strict=True), 1):
        if probe.judgement is None:
            axes.plot(order, value, "x", color=GREY, markersize=10)
            continue
        filling = colour if probe.judgement.holds else "white"
        axes.plot(order, value, "o", color=colour, markerfacecolor=filling, markersize=10)


def caption(run: SearchRun) -> str:
    return (
        "Every probe in its order: a full dot where the objective held, an empty one where it "
        f"failed, a cross where the gates did. Steps of {run.search.factor:g} times find a first "
        f"bracket, bisection narrows it to a ratio of {run.resolution:g}, then each end is "
        f"probed {run.search.reprobes} more time(s). One line per block."
    )


PLOT = Plot("path", "How the searches went", draw, caption)
