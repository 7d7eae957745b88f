"""How each failure went: good answers around each fault, every block of every arm."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.style import GREY, arm_colours, arm_dashes
from analysis.recovery.clients import Floats
from analysis.recovery.impact import LEAD_S, Impact
from analysis.recovery.overview import Seen, incidents_of

MOST_PANELS = 12
"""Incidents that one figure shows at a size that can be read: those that cost the most."""
WIDE = 3
"""Panels beside each other."""
ABOVE, BETWEEN = 108, 8
"""Per cent at which the recoveries of the first arm are marked, and those of the next above it."""


def recovery_plots(run: MeasuredRun) -> tuple[Plot[MeasuredRun], ...]:
    """The figure of a run in which there were faults."""
    return (PLOT,) if any(trial.impacts for trial in run.trials) else ()


def draw(run: MeasuredRun) -> Figure:
    shown = _costliest(incidents_of(run))
    across = min(WIDE, len(shown))
    lines = -(-len(shown) // across)
    figure = Figure(figsize=(15, 1.2 + (5.0 if across == 1 else 3.6) * lines))
    grid = figure.subplots(lines, across, sharey=True, squeeze=False)
    for axes in grid.flat[len(shown) :]:
        axes.set_axis_off()
    for axes, seen in zip(grid.flat, shown, strict=False):
        _draw_panel(axes, run, seen)
    for axes in grid[:, 0]:
        axes.set_ylabel("good answers, %")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _costliest(incidents: Sequence[Seen]) -> list[Seen]:
    """As many as the figure has room for, in the given order."""
    by_cost = sorted(incidents, key=lambda seen: seen.most_lost, reverse=True)
    shown = {seen.key for seen in by_cost[:MOST_PANELS]}
    return [seen for seen in incidents if seen.key in shown]


def _draw_panel(axes: Axes, run: MeasuredRun, seen: Seen) -> None:
    for index, arm in enumerate(run.arms):
        look = {"color": arm_colours(run)[arm], "linestyle": arm_dashes(run)[arm]}
        _draw_arm(axes, arm, seen.of(arm), look)
        _mark_recoveries(axes, seen.of(arm), ABOVE + BETWEEN * index, look["color"])
    lifted_s = np.mean([_lifted_after_s(each) for arm in run.arms for each in seen.of(arm)])
    axes.axvline(0, color=GREY, lw=1.4, label="fault injected")
    axes.axvline(float(lifted_s), color=GREY, lw=1.4, ls=(0, (4, 3)), label="roll-back begins")
    axes.set_title(f"{seen.name}\n{seen.says}", fontsize=12)
    axes.set_ylim(-4, ABOVE + BETWEEN * len(run.arms))
    axes.set_yticks(range(0, 101, 20))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.set_xlabel("seconds from the injection")


def _draw_arm(axes: Axes, arm: str, impacts: Sequence[Impact], look: dict[str, str]) -> None:
    """Every block as a thin line, their mean as a thick one; nothing where the fault was not."""
    for impact in impacts:
        _draw_share(axes, impact.good_share, look, width=0.7, alpha=0.4)
    _draw_share(axes, _mean(impacts), look, width=3.0, label=arm)


def _draw_share(
    axes: Axes,
    share: Floats,
    look: dict[str, str],
    *,
    width: float,
    alpha: float = 1.0,
    label: str | None = None,
) -> None:
    middles_s = np.arange(len(share)) + 0.5 - LEAD_S
    axes.plot(middles_s, 100 * share, **look, linewidth=width, alpha=alpha, label=label)  # type: ignore[arg-type]  # ours are all text


def _mark_recoveries(axes: Axes, impacts: Sequence[Impact], height: float, colour: str) -> None:
    """A mark above the lines for each block in which the store recovered."""
    after_s = [
        _lifted_after_s(impact) + impact.recovered_after_s
        for impact in impacts
        if impact.recovered_after_s is not None
    ]
    axes.plot(after_s, [height] * len(after_s), "v", color=colour, markersize=8, alpha=0.7)


def _lifted_after_s(impact: Impact) -> float:
    return impact.incident.lifting_s - impact.incident.injected_s


def _mean(impacts: Sequence[Impact]) -> Floats:
    """Over the blocks in which a request was due in that second, as long as all were followed."""
    if not impacts:
        return np.empty(0)
    seconds = min(len(impact.good_share) for impact in impacts)
    shares = np.array([impact.good_share[:seconds] for impact in impacts])
    n = (~np.isnan(shares)).sum(axis=0)
    mean: Floats = np.full(seconds, np.nan, dtype=np.float64)
    mean[n > 0] = np.nansum(shares, axis=0)[n > 0] / n[n > 0]
    return mean


def caption(run: MeasuredRun) -> str:
    incidents = incidents_of(run)
    n = len(incidents)
    is_one_sided = any(not seen.of(arm) for seen in incidents for arm in run.arms)
    one_sided = " An arm without a line cannot have the fault."
    few = f" The {MOST_PANELS} of {n} faults that cost one arm the most; the table has them all."
    beyond = (one_sided if is_one_sided else "") + (few if n > MOST_PANELS else "")
    return (
        "Share of requests, by the second in which they were due, that were answered correctly "
        f"within {run.scenario.slo.latency_ms:g} ms. Thin lines: every block; thick: their mean. "
        "Time 0 is when the fault was in force, the dashed line when its roll-back began (mean of "
        "all trials). A mark above the lines is the recovery of one block; a block without one had "
        f"not recovered before the next fault or the end.{beyond}"
    )


PLOT = Plot("recovery", "How each failure went", draw, caption)
