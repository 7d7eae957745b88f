"""The matrix of faults: which features each fault took along, and what each cost."""

from collections.abc import Mapping
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.fault_matrix import SINGLE, Sections, can_have, loss_of, sections_of
from analysis.listing import listed
from analysis.measured import MeasuredRun
from analysis.plots.cell_grid import draw_grid, draw_narrow, keys, leave_empty, shade
from analysis.plots.plot import Plot
from analysis.plots.style import arm_colours

MOST_ROWS = 10
"""Faults that one figure can show at a size that the last row of a lecture hall reads."""
ALL = "all roles"


def matrix_plots(run: MeasuredRun) -> tuple[Plot[MeasuredRun], ...]:
    """Figures of a run with a matrix: costs by fault, then the features, a figure for each sort."""
    if run.scenario.matrix is None:
        return ()
    sections = sections_of(run.scenario.matrix, run.plan.profile)
    crossed = {name: faults for name, faults in sections.items() if name != SINGLE}
    overview = (_overview(crossed),) if crossed else ()
    return *overview, *(_plot(name, faults) for name, faults in _figures(sections).items())


def _figures(sections: Sections) -> Mapping[str, Mapping[str, str]]:
    """One figure where all faults fit into it, else one for each sort of fault."""
    phases = [phase for faults in sections.values() for phase in faults.values()]
    return {"all": {phase: phase for phase in phases}} if len(phases) <= MOST_ROWS else sections


def _overview(sections: Sections) -> Plot[MeasuredRun]:
    return Plot(
        "matrix", "What each fault cost", partial(_draw_overview, sections), _overview_caption
    )


def _plot(name: str, faults: Mapping[str, str]) -> Plot[MeasuredRun]:
    title = "What still worked" if name == "all" else f"What still worked: {name}"
    return Plot(f"matrix-{name}", title, partial(_draw, faults), partial(_caption, name))


def _beside(run: MeasuredRun, rows: int, head: float) -> tuple[Figure, list[tuple[str, Axes]]]:
    """A figure with axes for each arm, two beside each other."""
    lines = -(-len(run.arms) // 2)
    figure = Figure(figsize=(16, lines * (head + 0.8 * rows)))
    grid = figure.subplots(lines, 2, sharey=True, squeeze=False)
    for axes in grid.flat[len(run.arms) :]:
        axes.set_axis_off()
    for axes, arm in zip(grid.flat, run.arms, strict=False):
        axes.set_title(arm, color=arm_colours(run)[arm], fontsize=20)
    return figure, list(zip(run.arms, grid.flat, strict=False))


def _draw(faults: Mapping[str, str], run: MeasuredRun) -> Figure:
    figure, places = _beside(run, len(faults), head=3.0)
    phases = list(faults.values())
    for arm, place in places:

        def draw(axes: Axes, x: int, y: int, arm: str = arm) -> None:
            if can_have(run, arm, phases[y]):
                draw_narrow(axes, x, y, run.shares(arm, phases[y], (run.features[x],)))
            else:
                leave_empty(axes, x, y)

        draw_grid(place, list(faults), run.features, draw)
        for label in place.get_xticklabels():
            label.set(rotation=40, ha="left", rotation_mode="anchor")
    figure.legend(handles=keys(), loc="outside lower center", ncols=3)
    return figure


def _draw_overview(sections: Sections, run: MeasuredRun) -> Figure:
    struck = list(dict.fromkeys(role for faults in sections.values() for role in faults))
    rows = [*struck, ALL] if len(struck) > 1 else struck
    figure, places = _beside(run, len(rows), head=1.6)
    for arm, place in places:

        def draw(axes: Axes, x: int, y: int, arm: str = arm) -> None:
            faults = list(sections.values())[x]
            phases = faults.values() if rows[y] == ALL else [faults.get(rows[y], "")]
            lost = loss_of(run, arm, *phases)
            _draw_cost(axes, x, y, None if lost is None else lost.value)

        draw_grid(place, rows, list(sections), draw)
    return figure


def _draw_cost(axes: Axes, x: int, y: int, lost: float | None) -> None:
    if lost is None:
        leave_empty(axes, x, y)
        return
    ink = shade(axes, x, y, lost)
    words = f"{100 * lost:.1f}".replace("-", "\N{MINUS SIGN}")
    axes.text(x + 0.5, y + 0.5, words, ha="center", va="center", color=ink, fontsize=18)


def _overview_caption(run: MeasuredRun) -> str:
    return (
        f"What each failure cost in {listed(run.arms)}: good requests among those due, in per "
        "cent, without a fault less during the fault and the recovery after it; all features, "
        "over all blocks. Rows: the role that is struck, and the mean over them; columns: how."
    )


def _caption(name: str, run: MeasuredRun) -> str:
    rows = "fault" if name == "all" else f"role that is struck ({name})"
    return (
        f"Share of requests that were answered correctly while the fault held, in per cent, in "
        f"{listed(run.arms)}. Rows: {rows}; columns: features. The darker, the more failed. Solid "
        f"bar: correct, but later than {run.scenario.slo.latency_ms:g} ms (slow); hatched bar: "
        "correct, with a part left out (degraded). Over all blocks; a dash where nothing was due, "
        "or where the arm cannot have the fault."
    )
