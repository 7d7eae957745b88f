"""Paired estimation plot: every block a line, and the effect with its interval beside them.

After Ho et al., "Moving beyond P values", Nature Methods 2019.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis.comparison import Comparison, compare
from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.style import BLACK, GREY, PALE, RATIOS, arm_colours, logs_within, say_instead
from analysis.wording import difference_unit, effect, in_unit, margin_words
from experiment.metric import Metric, MetricName

FITS = 36
"""Letters of a title above the effects, which has less than half of the figure."""
AXIS_WORDS: dict[MetricName, str] = {
    "failed_share": "failed requests in %",
    "bad_share": "failed or slow requests in %",
    "latency_p95_ms": "p95 response time in ms",
    "cpu_ms_per_request": "CPU per correct answer in ms",
    "marginal_cpu_ms_per_request": "CPU of one request more, in ms",
    "memory_mb": "memory in MiB",
    "good_lost_per_failure": "good requests lost per failure in %",
    "amplification": "requests sent per call wanted",
    "violation_share": "violations per confirmed order in %",
    "recovery_s": "seconds from the roll-back to the recovery",
    "lost_requests_share": "requests lost, of those due, in %",
    "budget_minutes": "error budget burnt in minutes",
    "capacity": "capacity in journeys per second",
    "demand": "demand in CPUs",
    "cpu_quota_seconds": "CPU quota added, in CPU-seconds",
    "memory_mb_seconds": "memory added, in MiB-seconds",
    "instance_seconds": "instances added, in instance-seconds",
    "whole_cpu_quota_seconds": "CPU quota over the whole load, in CPU-seconds",
    "whole_memory_mb_seconds": "memory over the whole load, in MiB-seconds",
    "slo_bad_events": "failed or slow requests",
    "slo_recovery_s": "seconds until the objective holds for good",
}


def draw(run: MeasuredRun) -> Figure:
    primary = run.scenario.primary
    return draw_comparison(run.compared_by(primary), compare(run, primary))


def draw_comparison(run: MeasuredRun, comparison: Comparison) -> Figure:
    """Values of both arms by block on the left, effects and their mean on the right."""
    figure = Figure(figsize=(13, 6.2))
    values, effects = figure.subplots(1, 2, width_ratios=[1.25, 1])
    if comparison.pairs:
        _draw_values(values, run, comparison)
        _draw_effects(effects, run, comparison)
        # Within the axes it would lie on points: few blocks leave no corner empty for sure.
        figure.legend(*effects.get_legend_handles_labels(), loc="outside lower right", ncols=3)
    else:
        say_instead(values, "no block could tell the metric")
        effects.set_axis_off()
    return figure


def _draw_values(axes: Axes, run: MeasuredRun, comparison: Comparison) -> None:
    colours = arm_colours(run)
    scale = in_unit(comparison.metric.metric, 1.0)
    for pair in comparison.pairs:
        both = np.array([pair.reference.value, pair.treatment.value]) * scale
        axes.plot([0, 1], both, color=GREY, alpha=0.55, linewidth=1.8, zorder=2)
        for x, (arm, value) in enumerate(zip(run.arms, both, strict=True)):
            axes.plot(x, value, "o", color=colours[arm], markersize=10, alpha=0.85, zorder=3)
    for x, (arm, mean) in enumerate(zip(run.arms, comparison.means(), strict=True)):
        side = -0.12 if x == 0 else 0.12
        axes.plot(x + side, mean * scale, "_", color=colours[arm], markersize=30, markeredgewidth=4)
    axes.set_xlim(-0.45, 1.45)
    axes.set_xticks([0, 1], run.arms, fontsize=16)
    axes.grid(visible=False, axis="x")
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.set_ylabel(AXIS_WORDS[comparison.metric.metric])
    axes.set_title("Each line is one block; dashes are means")


def _draw_effects(axes: Axes, run: MeasuredRun, comparison: Comparison) -> None:
    metric, estimate = comparison.metric, comparison.estimate
    low, high = comparison.margins()
    axes.axhspan(low, high, color=PALE, zorder=0, label=f"margin: {margin_words(metric)}")
    axes.axhline(0, color=BLACK, linewidth=1.2)
    spread = (
        np.linspace(-0.12, 0.12, len(comparison.effects)) if len(comparison.effects) > 1 else [0]
    )
    axes.plot(
        spread, comparison.effects, "o", color=GREY, markersize=9, alpha=0.7, label="one block"
    )
    if estimate is not None and estimate.interval is not None:
        _draw_interval(axes, comparison)
    axes.set_xlim(-0.4, 1.0)
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: tick(metric, y)))
    if metric.scale == "ratio":
        _ratio_ticks(axes)
    in_units = f"difference in {difference_unit(metric.metric)}"
    axes.set_ylabel("ratio" if metric.scale == "ratio" else in_units)
    axes.set_title(against(run.treatment.name, run.reference.name))


def against(treatment: str, reference: str) -> str:
    """Who is compared with whom, on two lines where the names are long."""
    in_a_line = f"{treatment} against {reference}"
    return in_a_line if len(in_a_line) <= FITS else f"{treatment}\nagainst {reference}"


def tick(metric: Metric, value: float) -> str:
    """An effect as it stands at an axis."""
    if metric.scale == "ratio":
        return effect(metric, value)
    return f"{in_unit(metric.metric, value):+g}" if value else "0"


def _draw_interval(axes: Axes, comparison: Comparison) -> None:
    estimate = comparison.estimate
    if estimate is None or estimate.interval is None:
        return
    low, high = estimate.interval
    axes.plot([0.45, 0.45], [low, high], color=BLACK, linewidth=4, solid_capstyle="butt")
    axes.plot(0.45, estimate.value, "D", color=BLACK, markersize=12, label="mean, 95 % interval")
    mean, *bounds = (effect(comparison.metric, value) for value in (estimate.value, low, high))
    _note(axes, mean, estimate.value, offset=11, fontsize=19)
    _note(axes, " to ".join(bounds), estimate.value, offset=-11, fontsize=13)


def _note(axes: Axes, words: str, y: float, *, offset: int, fontsize: int) -> None:
    axes.annotate(
        words,
        (0.45, y),
        xytext=(16, offset),
        textcoords="offset points",
        va="center",
        fontsize=fontsize,
    )


def _ratio_ticks(axes: Axes) -> None:
    """Ticks at round ratios; the axis itself is linear in the log of the ratio."""
    low, high = axes.get_ylim()
    axes.set_yticks(logs_within(RATIOS, low, high))
    axes.set_ylim(low, high)


def caption(run: MeasuredRun) -> str:
    metric = run.scenario.primary
    return (
        f"{metric.says[:1].upper()}{metric.says[1:]}, phase {metric.phase}. Left: each block as a "
        "line from one arm to the other. Right: the effect of each block, their mean and its 95 % "
        "interval (Student's t over blocks). Effects inside the grey band would not matter."
    )


PLOT = Plot("estimation", "Every block, and the effect", draw, caption)
