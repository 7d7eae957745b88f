"""Every arm second by second, smaller: what was asked, what was answered, how fast."""

from functools import partial

from matplotlib.figure import Figure

from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.style import arm_colours
from analysis.plots.timeline import in_one_order, name_phases, shade, title_pad
from analysis.plots.timeline_panels import (
    draw_latency,
    draw_throughput,
    due_words,
    throughput_of,
)


def draw(run: MeasuredRun) -> Figure:
    run = in_one_order(run)
    figure = Figure(figsize=(15, 4.2 * len(run.arms)))
    grid = figure.subplots(len(run.arms), 2, sharex=True, sharey="col", squeeze=False)
    draw_rates = partial(draw_throughput, throughput_of(run))
    for (throughput, latency), arm in zip(grid, run.arms, strict=True):
        for axes, panel in ((throughput, draw_rates), (latency, draw_latency)):
            shade(axes, run, arm)
            panel(axes, run, arm, first=arm == run.arms[0])
            if arm == run.arms[0]:
                name_phases(axes, run)
        pad = title_pad(run) if arm == run.arms[0] else 12
        throughput.set_title(arm, color=arm_colours(run)[arm], fontsize=20, pad=pad)
    for axes in grid[-1]:
        axes.set_xlabel("seconds from the start of the load")
    grid[0, 0].set_ylim(bottom=0)
    grid[0, 0].set_xlim(0, run.scenario.duration_s(run.plan.profile))
    return figure


def caption(run: MeasuredRun) -> str:
    return (
        f"All {len(run.arms)} arms. Left: requests per second that were planned, were answered, "
        f"and were answered correctly and in time. {due_words(in_one_order(run))}Right: response "
        "times; the darker a cell, the more correct answers lie in it, and failed requests are the "
        "strip at the top. Read like the figure above."
    )


PLOT = Plot("arms", "Every arm, second by second", draw, caption)
