"""A strip of the timeline: which circuits were open, and for whom the edge shed load."""

from matplotlib.axes import Axes

from analysis.measured import MeasuredRun
from analysis.plots.style import BLUE, INK, PURPLE
from analysis.state_changes import Interval, held_intervals

MOST_ROWS = 6
THICKNESS = 0.34
"""Of a bar, in rows; its name is written above it."""


def has_states(run: MeasuredRun) -> bool:
    return any(_held(run, arm) for arm in run.arms)


def draw_states(axes: Axes, run: MeasuredRun, arm: str, *, first: bool) -> None:
    """A row for each, the ones that lasted longest; blocks on top of each other, each faint."""
    held = _held(run, arm)
    shown = sorted(held, key=lambda name: -_lasted_s(held[name]))[:MOST_ROWS]
    blocks = max(1, len(run.of(arm)))
    axes.set_ylim(MOST_ROWS, -0.5)  # the first row on top, under its name
    for row, name in enumerate(sorted(shown)):
        bars = [(start, end - start) for start, end in held[name]]
        colour = PURPLE if name.startswith("load") else BLUE
        axes.broken_barh(
            bars, (row, THICKNESS), color=colour, alpha=max(0.25, 1 / blocks), linewidth=0
        )
        axes.annotate(
            name, (0.01, row), xycoords=axes.get_yaxis_transform(),
            xytext=(0, 2), textcoords="offset points", fontsize=11, color=INK,
        )  # fmt: skip
    axes.set_yticks([])
    axes.grid(visible=False)
    if first:
        axes.set_ylabel("policies")


def _held(run: MeasuredRun, arm: str) -> dict[str, list[Interval]]:
    """Over all blocks of the arm, within the time under load."""
    until_s = run.scenario.duration_s(run.plan.profile)
    found: dict[str, list[Interval]] = {}
    for trial in run.of(arm):
        for name, intervals in held_intervals(trial.events, until_s).items():
            within = [(max(0.0, a), min(b, until_s)) for a, b in intervals if b > 0 and a < until_s]
            if within:
                found.setdefault(name, []).extend(within)
    return found


def _lasted_s(intervals: list[Interval]) -> float:
    return sum(end - start for start, end in intervals)
