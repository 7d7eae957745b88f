"""Timeline: what was asked, what was answered, how fast, and with which resources."""

from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.style import GREY, VERMILLION, YELLOW, arm_colours
from analysis.plots.timeline_panels import draw_cpu, draw_flight, draw_latency, draw_throughput

PANELS = (draw_throughput, draw_latency, draw_flight, draw_cpu)
HEADROOM = (1.0, 1.0, 1.5, 1.5)
"""Room for legends above what is drawn."""
HEIGHTS = (1.0, 1.5, 0.8, 1.1)


def draw(run: MeasuredRun) -> Figure:
    """The two arms that the primary metric compares, beside each other."""
    run = run.compared_by(run.scenario.primary)
    figure = Figure(figsize=(15, 17))
    grid = figure.subplots(4, 2, sharex=True, sharey="row", height_ratios=HEIGHTS, squeeze=False)
    for column, arm in enumerate(run.arms):
        for row, panel in enumerate(PANELS):
            axes: Axes = grid[row, column]
            shade(axes, run, arm)
            panel(axes, run, arm, first=column == 0)
        name_phases(grid[0, column], run)
        grid[0, column].set_title(arm, color=arm_colours(run)[arm], fontsize=20, pad=34)
        grid[-1, column].set_xlabel("seconds from the start of the load")
    grid[0, 0].set_xlim(0, run.scenario.duration_s(run.plan.profile))
    for axes, headroom in zip(grid[:, 0], HEADROOM, strict=True):
        if axes.get_yscale() == "linear":
            axes.set_ylim(0, axes.get_ylim()[1] * headroom)
        else:
            low, high = axes.get_ylim()
            axes.set_ylim(low / 1.6, high * 1.6)
    return figure


def shade(axes: Axes, run: MeasuredRun, arm: str) -> None:
    """Shade event phases as planned; hatch faults and show their actual times as dashed lines."""
    for phase in run.scenario.phases:
        if phase.kind == "event":
            axes.axvspan(*run.windows[phase.name], color=YELLOW, alpha=0.22, lw=0, zorder=0)
    starts = [start for start, _ in run.windows.values()]
    faults = [
        event["actual_s"]
        for trial in run.of(arm)
        for event in trial.events
        if event["event"] in ("fault-injected", "fault-lifted")
    ]
    # One artist for many lines: each artist is measured and drawn by itself.
    lines = partial(axes.vlines, ymin=0, ymax=1, transform=axes.get_xaxis_transform())
    lines(starts, colors=GREY, linewidth=0.8, alpha=0.6, zorder=1)
    lines(faults, colors=VERMILLION, linewidth=1.2, linestyle=(0, (4, 3)))


def name_phases(axes: Axes, run: MeasuredRun) -> None:
    for phase in run.scenario.phases:
        start, end = run.windows[phase.name]
        axes.annotate(
            phase.name,
            ((start + end) / 2, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=12,
            fontweight="bold" if phase.kind == "event" else "normal",
        )


def caption(run: MeasuredRun) -> str:
    blocks = len(run.blocks)
    return (
        f"Means over {blocks} block{'s' if blocks > 1 else ''}, latencies of all blocks together. "
        "Offered: requests due in each second. Completed: answers of any kind. Good: correct "
        f"answers within {run.scenario.slo.latency_ms:g} ms. Events are shaded as planned; dashed "
        "lines are the actual times of faults, one per block. Response times: the darker a cell, "
        "the more correct answers lie in it, on a log scale; a single one can be seen. Failed "
        "requests are the strip at the top, at the time they were due, never fast answers. A "
        "percentile is drawn only in seconds with enough requests to know it (59 for p95, 299 for "
        "p99)."
    )


PLOT = Plot("timeline", "Second by second", draw, caption)
