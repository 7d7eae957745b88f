"""The price of the boundaries over the work of a request, beside what others published."""

from itertools import cycle

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.style import BLACK, BLUE, GREY, ORANGE, VERMILLION
from analysis.published import Asked, load_literature
from analysis.work_curve import Point, curves_of

COLOURS = (VERMILLION, BLUE, ORANGE)
PLACES: dict[Asked, tuple[float, str]] = {
    "application": (0.0, "whole\napplication"),
    "light": (1.0, "light\nendpoint"),
    "heavy": (2.0, "heavy\nendpoint"),
}
BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 1}
"""Of a label, so that lines do not run through it."""
TICKS = (0.25, 0.5, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)


def draw(run: MeasuredRun) -> Figure:
    figure = Figure(figsize=(15, 7))
    ours, others = figure.subplots(1, 2, sharey=True, width_ratios=[1.7, 1.2])
    for colour, (phase, points) in zip(cycle(COLOURS), curves_of(run).items(), strict=False):
        _draw_curve(ours, points, phase, colour)
    _draw_published(others)
    ours.set_xscale("log")
    ours.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ours.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ours.xaxis.set_minor_locator(NullLocator())
    ours.set_xlabel(f"ms of CPU per request, {run.reference.architecture}")
    ours.set_ylabel(f"CPU per request, {run.treatment.architecture} / {run.reference.architecture}")
    ours.set_title("Measured here, by phase")
    ours.legend(loc="upper right")
    _plain_ratios(ours)
    return figure


def _draw_curve(axes: Axes, points: list[Point], phase: str, colour: str) -> None:
    x, y = [point.cpu_ms for point in points], [point.ratio for point in points]
    axes.plot(x, y, "o-", color=colour, markersize=10, label=phase)
    for point in points:
        if point.interval is not None:
            axes.plot([point.cpu_ms] * 2, point.interval, color=colour, linewidth=5, alpha=0.4)
        axes.annotate(
            f"{point.ratio:.2f}",
            (point.cpu_ms, point.ratio),
            xytext=(0, 12),
            textcoords="offset points",
            ha="center",
            color=colour,
            bbox=BEHIND,
        )


def _draw_published(axes: Axes) -> None:
    findings = load_literature().findings
    ratios = [ratio for finding in findings for ratio in finding.throughput]
    for of, (x, _) in PLACES.items():
        _draw_ratios(axes, x, sorted((r.ratio, r.label) for r in ratios if r.of == of))
    axes.set_xlim(-0.5, 4.2)
    axes.set_xticks(*zip(*PLACES.values(), strict=True))
    axes.grid(visible=False, axis="x")
    axes.set_title("Published")
    axes.axhline(1, color=BLACK, linewidth=1.2)


def _draw_ratios(axes: Axes, x: float, ratios: list[tuple[float, str]]) -> None:
    """Ratios that belong to one place, their labels apart from each other."""
    for rank, (ratio, label) in enumerate(ratios):
        axes.plot(x, ratio, "D", color=GREY, markersize=9)
        axes.annotate(
            f"{ratio:.2f}  {label}",
            (x, ratio),
            xytext=(10, 14 * (rank - (len(ratios) - 1) / 2)),
            textcoords="offset points",
            va="center",
            fontsize=11,
            bbox=BEHIND,
        )


def _plain_ratios(axes: Axes) -> None:
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_ylim(min(0.9, low), max(2.2, high))
    axes.yaxis.set_major_locator(FixedLocator(TICKS))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.axhline(1, color=BLACK, linewidth=1.2)


def caption(run: MeasuredRun) -> str:
    return (
        f"How many times the CPU time of {run.reference.architecture} a request takes in "
        f"{run.treatment.architecture}, over its CPU time in {run.reference.architecture}, with "
        "95 % intervals over blocks. Where CPU is the limit, it is also how many times the "
        "requests per second a CPU can answer, if they cost there what they cost here: that is "
        "implied, nothing was driven to its limit. CPU of a store at rest is left out. Right: "
        "published ratios of throughput, of other applications; how much CPU their requests took "
        "is not known."
    )


PLOT = Plot("work-curve", "The price of a boundary over the work of a request", draw, caption)


def work_plots(run: MeasuredRun) -> tuple[Plot[MeasuredRun], ...]:
    return (PLOT,) if curves_of(run) else ()
