"""A strip of the timeline: which circuits were open, and for whom the edge shed load."""

from collections import defaultdict

from matplotlib.axes import Axes

from analysis.measured import MeasuredRun
from analysis.plots.style import BLUE, INK, PURPLE
from analysis.state_changes import Interval, held_intervals

MOST_ROWS = 6
FAINTEST = 0.25
BAR = (0.55, 0.35)
"""Top and thickness in a row, below the name of what was held."""


def state_rows(run: MeasuredRun) -> list[str]:
    """What was held in any arm, the same rows for all: the ones that lasted longest."""
    lasted_s: defaultdict[str, float] = defaultdict(float)
    for arm in run.arms:
        for name, intervals in _held(run, arm).items():
            lasted_s[name] += sum(end - start for start, end in intervals)
    return sorted(sorted(lasted_s, key=lambda name: -lasted_s[name])[:MOST_ROWS])


def draw_states(
    axes: Axes,
    run: MeasuredRun,
    arm: str,
    *,
    first: bool,  # noqa: ARG001 - as all panels are called; its names stand in it
) -> None:
    """A row for each; blocks lie on top of each other, each of them faint."""
    rows, held = state_rows(run), _held(run, arm)
    alpha = max(FAINTEST, 1 / max(1, len(run.of(arm))))
    for row, name in enumerate(rows):
        bars = [(start, end - start) for start, end in held.get(name, ())]
        colour = PURPLE if name.startswith("load") else BLUE
        top, thickness = BAR
        axes.broken_barh(bars, (row + top, thickness), color=colour, alpha=alpha, linewidth=0)
        if bars:
            at = (0.01, row + top)
            axes.annotate(name, at, xycoords=axes.get_yaxis_transform(), fontsize=11, color=INK)
    axes.set_ylim(len(rows), 0)
    axes.set_yticks([])
    axes.grid(visible=False)


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
