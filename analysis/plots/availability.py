"""Availability matrix: what still worked, by feature and phase."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.fault_matrix import can_have
from analysis.listing import listed
from analysis.measured import MeasuredRun
from analysis.plots.cell_grid import draw_grid, draw_wide, leave_empty
from analysis.plots.plot import Plot
from analysis.plots.style import arm_colours

MOST_SIDE_BY_SIDE = 4
"""Phases up to which two arms fit beside each other."""


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


def _draw_arm(place: Axes, run: MeasuredRun, arm: str) -> None:
    def draw(axes: Axes, x: int, y: int) -> None:
        phase = run.shown_phases[x]
        if can_have(run, arm, phase):
            draw_wide(axes, x, y, run.shares(arm, phase, (run.features[y],)))
        else:
            leave_empty(axes, x, y)

    draw_grid(place, run.features, run.shown_phases, draw)
    place.set_title(arm, color=arm_colours(run)[arm], fontsize=20)


def caption(run: MeasuredRun) -> str:
    return (
        f"Share of requests that were answered correctly in {listed(run.arms)}, by feature "
        "and phase, over all blocks; the darker, the more failed. Correct answers that "
        f"came later than {run.scenario.slo.latency_ms:g} ms (slow, solid bar) or with a part left "
        "out (degraded, hatched bar) count as available and are named apart. A dash: nothing was "
        "due, or the arm cannot have the phase's faults."
    )


PLOT = Plot("availability", "What still worked", draw, caption)
