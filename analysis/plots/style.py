"""One look for all figures: colours that colour-blind readers can tell, large type, few lines."""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from analysis.measured import MeasuredRun

# Okabe & Ito, Color Universal Design (2008).
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
INK, GREY, PALE = "#1d2733", "#6b7683", "#e3e7eb"

STYLE: dict[str, Any] = {
    "svg.hashsalt": "twinstack",
    # Text as text: drawn as outlines, it would be most of a figure. Where DejaVu Sans, which the
    # figures are laid out with, is missing, its like is as wide and the others are narrower.
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Helvetica", "Arial", "sans-serif"],
    "font.size": 15,
    "axes.titlesize": 16,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.labelsize": 15,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 1.0,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 14,
    "ytick.labelsize": 14,
    "legend.fontsize": 14,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "lines.linewidth": 2.4,
    "path.simplify": True,
}


RATIOS = (
    0.1, 0.2, 0.25, 0.33, 0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 4, 5, 10, 20, 50,
)  # fmt: skip
"""Round ones, for ticks."""

ARM_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
ARM_DASHES = ("-", "--")


def arm_colours(run: MeasuredRun) -> dict[str, str]:
    """The colour of each arm, the same in every figure; from the seventh on they come again."""
    return {arm.name: ARM_COLOURS[i % len(ARM_COLOURS)] for i, arm in enumerate(run.every_arm)}


def arm_dashes(run: MeasuredRun) -> dict[str, str]:
    """The dashes of each arm, which tell arms of the same colour apart."""
    return {arm.name: ARM_DASHES[i // len(ARM_COLOURS)] for i, arm in enumerate(run.every_arm)}


def logs_within(ratios: Sequence[float], low: float, high: float) -> list[float]:
    """Logs of the ratios that an axis from ``low`` to ``high`` has room for."""
    return [math.log(ratio) for ratio in ratios if low <= math.log(ratio) <= high]


def plain_log(axes: Axes) -> None:
    """A logarithmic axis whose ticks are plain numbers: 10, 20, 50, 100."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())


def say_instead(axes: Axes, words: str) -> None:
    """Put a sentence where there is nothing to draw."""
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=GREY)
