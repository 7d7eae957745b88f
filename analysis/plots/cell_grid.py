"""Grids of cells: the darker a cell, the more failed; slow and degraded answers are bars in it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from analysis.plots.style import GREY, INK, VERMILLION
from analysis.shares import Shares
from analysis.wording import percent, whole_percent

SHADES = LinearSegmentedColormap.from_list("failed", ["#f4f8fa", "#f3c9a8", VERMILLION, "#5c2600"])
DARK_FROM = 0.5
SKEW = 0.6
"""Shades grow faster at first, so that a few per cent of failures can be seen."""
Look = dict[str, Any]
SLOW: Look = {"fc": INK}
DEGRADED: Look = {"fc": "white", "hatch": "////"}

DrawCell = Callable[[Axes, int, int], None]
"""Draws the cell of a column and a row, one wide and one high."""


def draw_grid(axes: Axes, rows: Sequence[str], columns: Sequence[str], draw: DrawCell) -> None:
    """Every cell, with the names of rows and columns around them."""
    for y in range(len(rows)):
        for x in range(len(columns)):
            draw(axes, x, y)
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(rows), 0)
    axes.set_xticks([x + 0.5 for x in range(len(columns))], columns)
    axes.set_yticks([y + 0.5 for y in range(len(rows))], rows)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.xaxis.tick_top()


def draw_wide(axes: Axes, x: int, y: int, shares: Shares) -> None:
    """The share of correct answers; slow and degraded ones in words and as bars."""
    if not shares.n:
        leave_empty(axes, x, y)
        return
    failed = shares.failed / shares.n
    ink = shade(axes, x, y, failed)
    marks = {"slow": shares.slow / shares.n, "degraded": shares.degraded / shares.n}
    small = "\n".join(f"{percent(share)} {name}" for name, share in marks.items() if share)
    write = partial(axes.text, x + 0.5, ha="center", va="center", color=ink)
    write(y + (0.3 if small else 0.5), percent(1 - failed), fontsize=17)
    write(y + 0.62, small, fontsize=11, linespacing=1.0)
    _draw_bar(axes, (x, y + 0.80), marks["slow"], 0.06, SLOW)
    _draw_bar(axes, (x, y + 0.89), marks["degraded"], 0.06, DEGRADED)


def draw_narrow(axes: Axes, x: int, y: int, shares: Shares) -> None:
    """The share of correct answers in whole per cent; slow and degraded ones as bars."""
    if not shares.n:
        leave_empty(axes, x, y)
        return
    failed = shares.failed / shares.n
    ink = shade(axes, x, y, failed)
    words = whole_percent(1 - failed)
    middle = 0.38 if shares.slow or shares.degraded else 0.5
    axes.text(x + 0.5, y + middle, words, ha="center", va="center", color=ink, fontsize=16)
    _draw_bar(axes, (x, y + 0.68), shares.slow / shares.n, 0.11, SLOW)
    _draw_bar(axes, (x, y + 0.83), shares.degraded / shares.n, 0.11, DEGRADED)


def shade(axes: Axes, x: int, y: int, share: float) -> str:
    """Paint a cell, the darker the larger the share; returns a colour to write on it with."""
    colour = SHADES(max(share, 0.0) ** SKEW)
    axes.add_patch(Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="white", linewidth=4))
    return "white" if share > DARK_FROM else INK


def leave_empty(axes: Axes, x: int, y: int) -> None:
    axes.text(x + 0.5, y + 0.5, "\N{EN DASH}", ha="center", va="center", color=GREY)


def keys() -> list[Rectangle]:
    """What shade and bars of a narrow cell mean, for a legend."""
    failed = Rectangle((0, 0), 1, 1, fc=SHADES(0.8), label="failed (the darker, the more)")
    slow = Rectangle((0, 0), 1, 1, **SLOW, ec=INK, label="slow (length of the bar)")
    degraded = Rectangle((0, 0), 1, 1, **DEGRADED, ec=INK, label="degraded (length of the bar)")
    return [failed, slow, degraded]


def _draw_bar(
    axes: Axes, corner: tuple[float, float], share: float, height: float, look: Look
) -> None:
    """A bar along the bottom of a cell, as long as the share."""
    if share:
        place, width = (corner[0] + 0.04, corner[1]), 0.92 * share
        axes.add_patch(Rectangle(place, width, height, ec=INK, linewidth=0.8, **look))
