"""What a strength costs: both arms, and the effect between them, over rows of a matrix."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis.comparison import Comparison
from analysis.listing import listed
from analysis.measured import MeasuredRun
from analysis.plots.estimation import AXIS_WORDS, against, tick
from analysis.plots.plot import Plot
from analysis.plots.style import BLACK, GREY, PALE, RATIOS, arm_colours, logs_within
from analysis.sweep import Curve, curves_of
from analysis.wording import difference_unit, in_unit, margin_words
from experiment.between import pair_of

MOST_CURVES = 4
"""That one figure shows: those whose metrics are named first."""
ASIDE = 0.02
"""Of the axis, between a mean and its blocks."""
COARSE = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
MOST_TICKS = 9
"""Ratios at an axis; where more would fit, only those of ``COARSE`` are named."""


def sweep_plots(run: MeasuredRun) -> tuple[Plot[MeasuredRun], ...]:
    """The figure of a run in which a strength was swept."""
    return (PLOT,) if curves_of(run) else ()


def draw(run: MeasuredRun) -> Figure:
    curves = curves_of(run)[:MOST_CURVES]
    figure = Figure(figsize=(16, 5.6 * len(curves)))
    grid = figure.subplots(len(curves), 2, squeeze=False)
    for (values, effects), curve in zip(grid, curves, strict=True):
        _draw_values(values, run, curve)
        _draw_effects(effects, run, curve)
        for axes in (values, effects):
            axes.set_xticks([strength for strength, _ in curve.points])
            axes.set_xlabel(curve.strength.says)
    return figure


def _draw_values(axes: Axes, run: MeasuredRun, curve: Curve) -> None:
    """Each arm over the strength: blocks as dots, means joined by a line."""
    scale = in_unit(curve.metric.metric, 1.0)
    strengths = [strength for strength, _ in curve.points]
    for index, arm in enumerate(pair_of(run.scenario.arms, curve.metric)):
        colour = arm_colours(run)[arm.name]
        means = [found.means()[index] * scale for _, found in curve.points]
        axes.plot(strengths, means, "o-", markersize=11, linewidth=3, label=arm.name, color=colour)
        for strength, found in curve.points:
            blocks = [(pair.reference, pair.treatment)[index].value for pair in found.pairs]
            at = [strength] * len(blocks)
            axes.plot(at, np.array(blocks) * scale, "o", alpha=0.3, markersize=6, color=colour)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(AXIS_WORDS[curve.metric.metric])
    axes.set_title(_whose(curve))
    axes.legend(loc="best")


def _whose(curve: Curve) -> str:
    features = curve.metric.features
    return f"Requests of {len(features)} features" if len(features) > 1 else _one(features)


def _one(features: tuple[str, ...]) -> str:
    return f"Requests of {features[0]}" if features else "All requests"


def _draw_effects(axes: Axes, run: MeasuredRun, curve: Curve) -> None:
    """Their effect over the strength, with its interval and the margin."""
    metric = curve.metric
    low, high = curve.points[0][1].margins()
    axes.axhspan(low, high, color=PALE, zorder=0, label=f"margin: {margin_words(metric)}")
    axes.axhline(0, color=BLACK, linewidth=1.2)
    known = [(x, found.estimate.value) for x, found in curve.points if found.estimate is not None]
    axes.plot(*zip(*known, strict=True), "D-", color=BLACK, markersize=10, linewidth=1.6)
    aside = ASIDE * (curve.points[-1][0] - curve.points[0][0])
    for strength, found in curve.points:
        _draw_point(axes, strength, found, aside)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: tick(metric, y)))
    if metric.scale == "ratio":
        _ratio_ticks(axes)
    unit = "ratio" if metric.scale == "ratio" else f"difference in {difference_unit(metric.metric)}"
    axes.set_ylabel(unit)
    reference, treatment = pair_of(run.scenario.arms, metric)
    axes.set_title(against(treatment.name, reference.name))
    axes.legend(loc="best")


def _draw_point(axes: Axes, strength: float, found: Comparison, aside: float) -> None:
    """Blocks a little to the right of their mean, so that neither hides the other."""
    at = [strength + aside] * len(found.effects)
    axes.plot(at, found.effects, "o", color=GREY, alpha=0.45, markersize=7)
    if found.estimate is not None and found.estimate.interval is not None:
        axes.plot([strength] * 2, found.estimate.interval, color=BLACK, linewidth=4)


def _ratio_ticks(axes: Axes) -> None:
    low, high = axes.get_ylim()
    fine = logs_within(RATIOS, low, high)
    axes.set_yticks(fine if len(fine) <= MOST_TICKS else logs_within(COARSE, low, high))


def caption(run: MeasuredRun) -> str:
    curves = curves_of(run)[:MOST_CURVES]
    strengths = listed(list(dict.fromkeys(curve.strength.says for curve in curves)))
    says = [_says(number, curve) for number, curve in enumerate(curves, start=1)]
    return (
        f"What became of requests over {strengths}, which was swept within each trial; zero: the "
        "control stretches, without a fault. Left: both arms, their blocks as dots and the means "
        "over blocks as a line. Right: the effect by block (dots) and over blocks (diamonds), with "
        "its interval; effects inside the grey band would not matter. " + " ".join(says)
    )


def _says(number: int, curve: Curve) -> str:
    features = curve.metric.features
    whose = listed(features) if features else "all features"
    return f"Row {number}: {AXIS_WORDS[curve.metric.metric]}, {whose}."


PLOT = Plot("sweep", "From which strength on", draw, caption)
