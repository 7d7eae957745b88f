"""Timeline: what was asked, what was answered, how fast, and with which resources."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.style import GREY, VERMILLION, YELLOW, arm_colours
from analysis.plots.timeline_panels import (
    draw_cpu,
    draw_flight,
    draw_latency,
    draw_throughput,
    due_words,
    throughput_of,
)
from analysis.plots.timeline_states import draw_states, state_rows

MOST_NAMED = 10
SMALL = 8
STATE_HEIGHT = 0.14
"""Of a row in the strip of states."""
INCHES = 17 / 4.4
"""Height of the figure for a panel of height 1."""


@dataclass(frozen=True)
class Panel:
    """One row of the figure."""

    draw: Callable[..., None]
    height: float
    """Relative."""
    headroom: float = 1.0
    """Room for a legend above what is drawn."""


LATENCY = Panel(draw_latency, 1.5)
FLIGHT, CPU = Panel(draw_flight, 0.8, 1.5), Panel(draw_cpu, 1.1, 1.5)


def draw(run: MeasuredRun) -> Figure:
    """The two arms that the primary metric compares, beside each other."""
    run = in_one_order(run).compared_by(run.scenario.primary)
    panels = _panels(run)
    heights = [panel.height for panel in panels]
    figure = Figure(figsize=(15, INCHES * sum(heights)))
    grid = figure.subplots(
        len(panels), 2, sharex=True, sharey="row", height_ratios=heights, squeeze=False
    )
    for column, arm in enumerate(run.arms):
        for row, panel in enumerate(panels):
            axes: Axes = grid[row, column]
            shade(axes, run, arm)
            panel.draw(axes, run, arm, first=column == 0)
        name_phases(grid[0, column], run)
        grid[0, column].set_title(arm, color=arm_colours(run)[arm], fontsize=20, pad=title_pad(run))
        grid[-1, column].set_xlabel("seconds from the start of the load")
    grid[0, 0].set_xlim(0, run.scenario.duration_s(run.plan.profile))
    for axes, panel in zip(grid[:, 0], panels, strict=True):
        if panel.draw is draw_states:
            continue
        if axes.get_yscale() == "linear":
            axes.set_ylim(0, axes.get_ylim()[1] * panel.headroom)
        else:
            low, high = axes.get_ylim()
            axes.set_ylim(low / 1.6, high * 1.6)
    return figure


def title_pad(run: MeasuredRun) -> int:
    """Points between a title and the axes: room for the names of the phases."""
    return 34 if len(run.timetable) <= MOST_NAMED else 130


def _panels(run: MeasuredRun) -> list[Panel]:
    """With a strip for the states of policies where there were any."""
    rows = len(state_rows(run))
    states = [Panel(draw_states, STATE_HEIGHT * rows)] if rows else []
    throughput = Panel(partial(draw_throughput, throughput_of(run)), 1.0)
    return [throughput, LATENCY, *states, FLIGHT, CPU]


def shade(axes: Axes, run: MeasuredRun, arm: str) -> None:
    """Shade event phases as planned; the actual times of faults are dashed lines.

    Where there are many phases, the lines would hide the rest; each failure has a figure then.
    """
    for planned in run.timetable:
        if planned.phase.kind == "event":
            axes.axvspan(planned.start_s, planned.end_s, color=YELLOW, alpha=0.22, lw=0, zorder=0)
    starts = [planned.start_s for planned in run.timetable]
    faults = [
        event["actual_s"]
        for trial in run.of(arm)
        for event in trial.events
        if event["event"] in ("fault-injected", "fault-lifted")
    ]
    # One artist for many lines: each artist is measured and drawn by itself.
    lines = partial(axes.vlines, ymin=0, ymax=1, transform=axes.get_xaxis_transform())
    lines(starts, colors=GREY, linewidth=0.8, alpha=0.6, zorder=1)
    if not _has_many(run):
        lines(faults, colors=VERMILLION, linewidth=1.2, linestyle=(0, (4, 3)))


def _has_many(run: MeasuredRun) -> bool:
    return len(run.timetable) > MOST_NAMED


def in_one_order(run: MeasuredRun) -> MeasuredRun:
    """The run, or its first block only where the order of phases differs between blocks."""
    return run if run.scenario.matrix is None else run.only(run.blocks[0])


def name_phases(axes: Axes, run: MeasuredRun) -> None:
    """Write the names of phases above them; of many, those of events only, upright."""
    many = _has_many(run)
    for planned in run.timetable:
        is_event = planned.phase.kind == "event"
        if many and not is_event:
            continue
        axes.annotate(
            planned.phase.name,
            ((planned.start_s + planned.end_s) / 2, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=SMALL if many else 12,
            rotation=90 if many else 0,
            fontweight="bold" if is_event and not many else "normal",
        )


def caption(run: MeasuredRun) -> str:
    shown = in_one_order(run)
    pair = shown.compared_by(run.scenario.primary)
    blocks = len(shown.blocks)
    alone = "" if shown is run else f"Block {run.blocks[0]}; each has another order of faults. "
    states = ""
    if state_rows(pair):
        states = (
            " Bars show when a circuit was open in any instance, probes included, or the edge "
            "refused what was too much; all blocks on top of each other, the six that lasted "
            "longest."
        )
    lines = "" if _has_many(run) else "; dashed lines are the actual times of faults, one per block"
    return (
        f"{alone}Means over {blocks} block{'s' if blocks > 1 else ''}, latencies of all blocks "
        "together. Planned: by the schedule, made before the run, the same for all arms. "
        f"{due_words(pair)}Completed: answers of any kind, when they came. Good: correct answers "
        f"within {run.scenario.slo.latency_ms:g} ms. Events are shaded as planned{lines}. Response "
        "times, when requests were due: the darker a cell, the more correct answers lie in it, on "
        "a log scale; a single one can be seen. Failed requests are the strip at the top, never "
        "fast answers. A percentile is drawn only in seconds with enough requests to know it (59 "
        f"for p95, 299 for p99).{states}"
    )


PLOT = Plot("timeline", "Second by second", draw, caption)
