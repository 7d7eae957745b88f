"""Availability matrix: what still worked, by feature and phase."""

from functools import partial

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.style import GREY, INK, VERMILLION, arm_colours
from analysis.shares import Shares
from analysis.wording import listed, percent

SHADES = LinearSegmentedColormap.from_list("failed", ["#f4f8fa", "#f3c9a8", VERMILLION, "#5c2600"])
MOST_SIDE_BY_SIDE = 4
"""Phases up to which two arms fit beside each other."""
DARK_FROM = 0.5
SKEW = 0.6
"""Shades grow faster at first, so that a few per cent of failures can be seen."""


def draw(run: MeasuredRun) -> Figure:
    columns = 2 if len(run.shown_phases) <= MOST_SIDE_BY_SIDE else 1
    rows = -(-len(run.arms) // columns)
    figure = Figure(figsize=(15, rows * (1.5 + len(run.features))))
    grid = figure.subplots(rows, columns, sharey=columns > 1, squeeze=False)
    for axes, arm in zip(grid.flat, run.arms, strict=False):
        _draw_arm(axes, run, arm)
    for axes in grid.flat[len(run.arms) :]:
        axes.set_axis_off()
    return figure


def _draw_arm(axes: Axes, run: MeasuredRun, arm: str) -> None:
    for y, feature in enumerate(run.features):
        for x, phase in enumerate(run.shown_phases):
            _draw_cell(axes, x, y, run.shares(arm, phase, (feature,)))
    axes.set_xlim(0, len(run.shown_phases))
    axes.set_ylim(len(run.features), 0)
    axes.set_xticks([x + 0.5 for x in range(len(run.shown_phases))], run.shown_phases)
    axes.set_yticks([y + 0.5 for y in range(len(run.features))], run.features)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.xaxis.tick_top()
    axes.set_title(arm, color=arm_colours(run)[arm], fontsize=20)


def _draw_cell(axes: Axes, x: int, y: int, shares: Shares) -> None:
    if not shares.n:
        axes.text(x + 0.5, y + 0.5, "\N{EN DASH}", ha="center", va="center", color=GREY)
        return
    failed = shares.failed / shares.n
    axes.add_patch(
        Rectangle((x, y), 1, 1, facecolor=SHADES(failed**SKEW), edgecolor="white", linewidth=4)
    )
    ink = "white" if failed > DARK_FROM else INK
    marks = {"slow": shares.slow / shares.n, "degraded": shares.degraded / shares.n}
    small = "\n".join(f"{percent(share)} {name}" for name, share in marks.items() if share)
    write = partial(axes.text, x + 0.5, ha="center", va="center", color=ink)
    write(y + (0.3 if small else 0.5), percent(1 - failed), fontsize=17)
    write(y + 0.62, small, fontsize=11, linespacing=1.0)
    _draw_bar(axes, x, y + 0.80, marks["slow"], facecolor=INK)
    _draw_bar(axes, x, y + 0.89, marks["degraded"], facecolor="white", hatch="////")


def _draw_bar(
    axes: Axes, x: int, y: float, share: float, *, facecolor: str, hatch: str | None = None
) -> None:
    """A bar along the bottom of a cell, as long as the share."""
    if share:
        corner, width = (x + 0.04, y), 0.92 * share
        axes.add_patch(
            Rectangle(corner, width, 0.06, fc=facecolor, ec=INK, linewidth=0.8, hatch=hatch)
        )


def caption(run: MeasuredRun) -> str:
    return (
        f"Share of requests that were answered correctly in {listed(run.arms)}, by feature "
        "and phase, over all blocks; the darker, the more failed. Correct answers that "
        f"came later than {run.scenario.slo.latency_ms:g} ms (slow, solid bar) or with a part left "
        "out (degraded, hatched bar) count as available and are named apart."
    )


PLOT = Plot("availability", "What still worked", draw, caption)
