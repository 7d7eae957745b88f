"""How the number of instances followed a spike: one block of every arm, the others behind it."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.style import (
    BLACK,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    arm_colours,
    say_instead,
)
from analysis.plots.timeline import name_phases, shade, title_pad
from analysis.scaling.account import scaled_roles
from analysis.scaling.added import added_by_role
from analysis.scaling.decisions import Decision, decisions_in
from analysis.scaling.provisioning import asked_for, serving
from analysis.scaling.spike import phase_of_spike, spike_of
from analysis.series import per_second
from analysis.trial import Trial

Floats = NDArray[np.float64]
MOST_ROLES = 4
"""Scaled roles of an arm whose lines can be told apart: those that added the most."""
ACROSS = 2
LOOKS_PER_S = 20
DOTS = (0, (2, 1.2))
CROSS: dict[str, Any] = {
    "marker": "x",
    "color": BLACK,
    "markersize": 10,
    "markeredgewidth": 2.6,
    "linestyle": "none",
}
HEADROOM = 1.35
"""Room for a legend above what is drawn."""
MOST_ASKED = 2.0
"""Times the most instances that serve; wishes beyond it leave the panel, or would flatten it."""


def scaling_plots(run: MeasuredRun) -> tuple[Plot[MeasuredRun], ...]:
    """The figure of a run with an autoscaler."""
    return () if run.scenario.autoscaling is None else (PLOT,)


def draw(run: MeasuredRun) -> Figure:
    lines = -(-len(run.arms) // ACROSS)
    figure = Figure(figsize=(15, 8.4 * lines))
    grid = figure.subplots(
        2 * lines,
        ACROSS,
        sharex=True,
        height_ratios=[1.5, 1.0] * lines,
        squeeze=False,
    )
    for axes in grid.flat:
        axes.set_axis_off()
    for index, arm in enumerate(run.arms):
        line, column = divmod(index, ACROSS)
        _draw_arm(grid[2 * line, column], grid[2 * line + 1, column], run, arm)
    for axes in grid[::2].flat:
        axes.set_ylim(0, HEADROOM * _most_shown(run))
    highest = max(axes.get_ylim()[1] for axes in grid[1::2].flat if axes.axison)
    for axes in grid[1::2].flat:
        axes.set_ylim(0, HEADROOM * highest)
    grid[0, 0].set_xlim(0, run.scenario.duration_s(run.plan.profile))
    figure.legend(handles=_key(), loc="outside lower center", ncols=3)
    return figure


def _most_shown(run: MeasuredRun) -> float:
    """Instances; the same for all arms, in the block that is shown."""
    at_s, most = _looks(run), [1.0]
    for trial in (run.of(arm)[0] for arm in run.arms):
        decisions = decisions_in(trial.events)
        for role in scaled_roles(decisions):
            there = float(np.nanmax(serving(trial.samples, role, at_s), initial=1.0))
            asked = max(each.recommended for each in decisions if each.role == role)
            most.append(max(there, min(asked, MOST_ASKED * there)))
    return max(most)


def _key() -> list[Line2D]:
    """Of what means the same for all roles."""
    return [
        Line2D([], [], color=INK, lw=3.6, label="serve"),
        Line2D([], [], color=INK, ls=DOTS, lw=2.0, label="asked for by the metric"),
        Line2D([], [], **CROSS, label="decision that granted less than asked for"),
    ]


def _draw_arm(instances: Axes, rate: Axes, run: MeasuredRun, arm: str) -> None:
    for axes in (instances, rate):
        axes.set_axis_on()
        shade(axes, run, arm)
    name_phases(instances, run)
    instances.set_title(arm, color=arm_colours(run)[arm], fontsize=20, pad=title_pad(run))
    _draw_instances(instances, run, arm)
    _draw_rate(rate, run, arm)
    rate.set_xlabel("seconds from the start of the load")


def _draw_instances(axes: Axes, run: MeasuredRun, arm: str) -> None:
    shown, *others = run.of(arm)
    decisions = decisions_in(shown.events)
    roles = _roles_shown(run, shown, decisions)
    at_s = _looks(run)
    colours = (arm_colours(run)[arm], PURPLE, ORANGE, GREEN)
    for role, colour in zip(roles, colours, strict=False):
        for other in others:
            _draw_serving(axes, other, role, at_s, color=colour, lw=0.8, alpha=0.35)
        axes.plot(at_s, asked_for(decisions, role, at_s), color=colour, ls=DOTS, lw=2.0)
        _draw_serving(axes, shown, role, at_s, color=colour, lw=3.6, label=role)
    _mark_refusals(axes, [decision for decision in decisions if decision.role in roles])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.set_ylabel("instances")
    if roles:
        axes.legend(loc="upper left", ncols=2, columnspacing=1.2, handlelength=1.6)
    else:
        say_instead(axes, "nothing is scaled in this arm")


def _draw_serving(axes: Axes, trial: Trial, role: str, at_s: Floats, **look: Any) -> None:
    """Whole instances: a change is drawn in the middle between two samples."""
    axes.plot(at_s, np.round(serving(trial.samples, role, at_s)), **look)


def _mark_refusals(axes: Axes, decisions: Sequence[Decision]) -> None:
    """Crosses on the bottom where less was granted than asked for."""
    times_s = [decision.at_s for decision in decisions if decision.falls_short]
    if not times_s:  # a line of nothing that is not clipped would count as one in a corner
        return
    axes.plot(times_s, [0.0] * len(times_s), clip_on=False, zorder=4, **CROSS)


def _roles_shown(run: MeasuredRun, trial: Trial, decisions: Sequence[Decision]) -> list[str]:
    """The scaled roles that added the most, largest first."""
    spike = spike_of(trial.timetable, phase_of_spike(trial.timetable, run.scenario.primary.phase))
    more = added_by_role(trial.samples, spike, "instances")
    by_more = sorted(scaled_roles(decisions), key=lambda role: -more.get(role, 0.0))
    return by_more[:MOST_ROLES]


def _draw_rate(axes: Axes, run: MeasuredRun, arm: str) -> None:
    """Requests of the journeys that surge, of the same block, by their planned time."""
    rows = run.of(arm)[0].requests
    if surged := _surged(run):
        rows = rows[rows["journey"].isin(surged)]
    duration_s = run.scenario.duration_s(run.plan.profile)
    planned_s = rows["planned_s"].to_numpy(np.float64)
    for name, times, colour, dashes in (
        ("planned", planned_s, BLACK, (0, (2, 1.5))),
        ("of those good", planned_s[rows["good"].to_numpy(np.bool_)], GREEN, "-"),
    ):
        rate = per_second([times], duration_s)
        axes.stairs(rate, baseline=None, color=colour, linestyle=dashes, lw=2.6, label=name)
    axes.set_ylabel("requests per second")
    axes.legend(loc="upper left", ncols=2, handlelength=1.6)


def _surged(run: MeasuredRun) -> list[str]:
    """Journeys that surge in some phase; empty when the load as a whole changes."""
    return sorted(set(chain.from_iterable(planned.phase.surge for planned in run.timetable)))


def _looks(run: MeasuredRun) -> Floats:
    duration_s = run.scenario.duration_s(run.plan.profile)
    return np.arange(round(duration_s * LOOKS_PER_S) + 1) / LOOKS_PER_S


def caption(run: MeasuredRun) -> str:
    surged = _surged(run)
    whose = f"the journeys that surge ({', '.join(surged)})" if surged else "all journeys"
    behind = " (thin: the other blocks)" if len(run.blocks) > 1 else ""
    many = any(len(_roles_of(run, arm)) > MOST_ROLES for arm in run.arms)
    few = f" Of each arm the {MOST_ROLES} roles that added the most." if many else ""
    return (
        f"Block {run.blocks[0]}. Above: instances that serve of each scaled role{behind}, and as "
        "many as the autoscaler's metric asked for at each decision, which may leave the panel. "
        "Crosses: decisions that granted less than that, because of the bounds, the budget or the "
        "rate of change. Below: "
        f"requests per second of {whose}, in the second for which they were planned, and "
        f"those of them answered correctly within {run.scenario.slo.latency_ms:g} ms. The "
        f"spike is shaded.{few}"
    )


def _roles_of(run: MeasuredRun, arm: str) -> list[str]:
    return scaled_roles(decisions_in(run.of(arm)[0].events))


PLOT = Plot("scaling", "Who pays for the spike", draw, caption)
