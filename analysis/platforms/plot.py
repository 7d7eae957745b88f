"""Effects with their intervals, a row for each platform below each metric."""

import math
import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis.comparison import Comparison, half_margin
from analysis.platforms.side import Side, Sides
from analysis.plots.plot import Plot
from analysis.plots.style import ARM_COLOURS, BLACK, GREY, PALE, RATIOS, logs_within
from analysis.wording import difference_unit, effect, in_unit, margin_words, with_minus
from experiment.metric import Metric

WIDTH = 13.0
TITLE_WIDTH = 100
"""Characters."""
WIDE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
MOST_NARROW = 8
"""Ratios from end to end beyond which round ones would stand too close."""


def draw(sides: Sides) -> Figure:
    metrics, platforms = sides.metrics, sides.platforms
    height = 1.75 + 0.45 * len(platforms)
    figure = Figure(figsize=(WIDTH, height * len(metrics)))
    for axes, metric in zip(np.atleast_1d(figure.subplots(len(metrics), 1)), metrics, strict=True):
        _draw_metric(axes, sides, metric)
    return figure


def _draw_metric(axes: Axes, sides: Sides, metric: Metric) -> None:
    half = half_margin(metric)
    axes.axvspan(-half, half, color=PALE, zorder=0)
    for edge in (-half, half):
        axes.axvline(edge, color=GREY, linewidth=1.2, linestyle=":")
    axes.axvline(0, color=BLACK, linewidth=1.4, linestyle="--")
    for row, side in enumerate(sides.sides):
        _draw_side(axes, row, side, metric)
    axes.set_yticks(range(len(sides.sides)), sides.platforms)
    axes.set_ylim(len(sides.sides) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.set_title("\n".join(textwrap.wrap(_title(metric), TITLE_WIDTH)), fontsize=15, pad=16)
    _scale(axes, metric)


def _title(metric: Metric) -> str:
    return f"{metric.says[:1].upper()}{metric.says[1:]} (phase {metric.phase})"


def _draw_side(axes: Axes, row: int, side: Side, metric: Metric) -> None:
    found = side.of(metric)
    if found is None or found.estimate is None:
        _note(axes, row, "not known")
        return
    estimate, colour = found.estimate, ARM_COLOURS[row % len(ARM_COLOURS)]
    is_sure = estimate.interval is not None
    if estimate.interval is not None:
        axes.plot(estimate.interval, [row, row], color=colour, linewidth=4, solid_capstyle="butt")
    filled = "full" if is_sure else "none"
    axes.plot(estimate.value, row, "D", color=colour, markersize=10, fillstyle=filled)
    _note(axes, row, _words(found))


def _note(axes: Axes, row: int, words: str) -> None:
    """At the right, in a column of its own."""
    axes.text(1.015, row, words, transform=axes.get_yaxis_transform(), va="center", fontsize=12)


def _words(found: Comparison) -> str:
    assert found.estimate is not None  # noqa: S101 - the caller looked
    mean = effect(found.metric, found.estimate.value)
    if found.estimate.interval is None:
        return f"{mean} (no interval)"
    low, high = (effect(found.metric, bound) for bound in found.estimate.interval)
    return f"{mean} ({low} to {high})"


def _scale(axes: Axes, metric: Metric) -> None:
    """Room for the line at no effect and the margin, whatever was found; ticks in its unit."""
    half = half_margin(metric)
    low, high = axes.get_xlim()
    low, high = min(low, -1.3 * half), max(high, 1.3 * half)
    if metric.scale == "ratio":
        ratios = WIDE if high - low > math.log(MOST_NARROW) else RATIOS
        ticks = logs_within(ratios, low, high)
        axes.set_xticks(ticks, [f"{math.exp(tick):.3g}" for tick in ticks])
        unit = "ratio"
    else:
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda x, _: with_minus(f"{in_unit(metric.metric, x):g}"))
        )
        unit = f"difference in {difference_unit(metric.metric)}"
    axes.set_xlim(low, high)
    axes.set_xlabel(f"{unit}; margin {margin_words(metric)}", fontsize=13)


def caption(sides: Sides) -> str:
    run = sides.first
    return (
        f"Effect of each metric on each platform: {run.treatment.name} against "
        f"{run.reference.name} where a metric does not name others, mean over blocks with its 95 % "
        "interval (Student's t), in figures at the right. Dashed line: no effect. Grey band: "
        "effects that would not matter. A hollow mark has no interval. The first metric is the "
        "primary one."
    )


PLOT = Plot("platforms", "The same effects on each platform", draw, caption)
