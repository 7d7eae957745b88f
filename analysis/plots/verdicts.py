"""Every verdict of a run that has several: effects, intervals and margins below each other."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.effects import Effect, Panel, panels_of
from analysis.listing import listed
from analysis.measured import MeasuredRun
from analysis.plots.estimation import against, tick
from analysis.plots.plot import Plot
from analysis.plots.style import BLACK, GREY, PALE, RATIOS, logs_within
from analysis.wording import difference_unit, effect, margin_words

TALL = 0.72
"""Inches for each effect."""
BELOW = 0.22
"""Of its effect, the dots of its blocks; in steps from one effect to the next."""


def verdict_plots(run: MeasuredRun) -> tuple[Plot[MeasuredRun], ...]:
    return (PLOT,) if run.scenario.judged else ()


def draw(run: MeasuredRun) -> Figure:
    lines = panels_of(run)
    heights = [max(len(panel.effects) for panel in line) for line in lines]
    figure = Figure(figsize=(16, sum(1.9 + TALL * height for height in heights)))
    parts = figure.subfigures(len(lines), 1, squeeze=False, height_ratios=heights)[:, 0]
    for part, line in zip(parts, lines, strict=True):
        grid = part.subplots(1, len(line), sharex=True, squeeze=False)[0]
        for axes, panel in zip(grid, line, strict=True):
            _draw_panel(axes, panel)
    return figure


def _draw_panel(axes: Axes, panel: Panel) -> None:
    metric = panel.metric
    low, high = panel.effects[0].comparison.margins()
    axes.axvspan(low, high, color=PALE, zorder=0)
    axes.axvline(0, color=BLACK, linewidth=1.2)
    for y, found in enumerate(panel.effects):
        _draw_effect(axes, y, found)
    axes.set_ylim(len(panel.effects) - 0.4, -0.75)
    axes.set_yticks(range(len(panel.effects)), [found.phase for found in panel.effects])
    axes.tick_params(axis="y", length=0, labelsize=17)
    axes.grid(visible=False, axis="y")
    axes.set_title(against(panel.treatment, panel.reference))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: tick(metric, x)))
    if metric.scale == "ratio":
        axes.set_xticks(logs_within(RATIOS, *axes.get_xlim()))
    unit = "ratio" if metric.scale == "ratio" else difference_unit(metric.metric)
    axes.set_xlabel(f"{unit}; grey: the margin")


def _draw_effect(axes: Axes, y: int, found: Effect) -> None:
    """Blocks as dots, their mean and its interval, and the numbers and the verdict above it."""
    comparison, estimate = found.comparison, found.comparison.estimate
    if estimate is None:
        axes.text(0, y, "no block could tell", color=GREY, va="center")
        return
    colour = GREY if found.outcome is None else BLACK
    axes.plot(
        comparison.effects, [y + BELOW] * len(comparison.effects), "o", color=GREY, alpha=0.35
    )
    if estimate.interval is not None:
        axes.plot(estimate.interval, [y, y], color=colour, linewidth=4.5, solid_capstyle="butt")
    face = "white" if found.outcome is None else colour
    axes.plot(estimate.value, y, "D", color=colour, markerfacecolor=face, markersize=11)
    _write(axes, y, _numbers(found), above=10 if found.outcome else 0, color=colour)
    _write(axes, y, found.outcome or "", above=-10, color=colour)


def _write(axes: Axes, y: int, words: str, *, above: int, color: str) -> None:
    """To the right of the axes, where no block and no interval can be; ``above`` is in points."""
    axes.annotate(
        words,
        (1.03, y),
        xycoords=("axes fraction", "data"),
        xytext=(0, above),
        textcoords="offset points",
        va="center",
        color=color,
        fontsize=14,
    )


def _numbers(found: Effect) -> str:
    metric, estimate = found.comparison.metric, found.comparison.estimate
    if estimate is None:
        return ""
    bounds = [] if estimate.interval is None else [effect(metric, b) for b in estimate.interval]
    return effect(metric, estimate.value) + (f" ({' to '.join(bounds)})" if bounds else "")


def caption(run: MeasuredRun) -> str:
    decisive = run.scenario.decisive
    phases = listed([metric.phase for metric in decisive])
    share = 0.05 / len(decisive)
    return (
        f"The effects that were declared for a verdict, in the phases {phases}, with what each "
        "verdict is. Dots: blocks; diamonds: their means; lines: intervals, of "
        f"{100 * (1 - share):.4g} % where there is a verdict, since {len(decisive)} verdicts share "
        "the error of 5 %, else of 95 %. White diamonds are described and have no verdict. "
        "Effects inside the grey band would not matter: the margin of the primary metric is "
        f"{margin_words(run.scenario.primary)}."
    )


PLOT = Plot("verdicts", "Every verdict", draw, caption)
