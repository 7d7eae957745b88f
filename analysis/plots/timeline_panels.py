"""The panels of the timeline; each draws one arm into one pair of axes."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from analysis.measured import MeasuredRun
from analysis.plots.heat import draw_heat, draw_strip
from analysis.plots.roles import stacked_roles
from analysis.plots.style import BLACK, GREEN, GREY, INK, PURPLE, SKY, arm_colours, plain_log
from analysis.plots.timeline_scaling import mark_decisions
from analysis.scaling.account import scaled_roles
from analysis.scaling.decisions import decisions_in
from analysis.series import cpu_cores, in_flight, instances, per_second, quantile_series

Floats = NDArray[np.float64]
Rates = dict[str, Floats]
"""Requests per second, one value for each second, by the name of their line."""
Dashes = str | tuple[int, tuple[float, ...]]
LINES: tuple[tuple[float, Dashes, float], ...] = (
    (0.5, "-", 2.8),
    (0.95, (0, (4, 1.5)), 2.2),
    (0.99, (0, (1, 1)), 2.2),
)
"""Quantile, dashes and width."""
RATES: dict[str, dict[str, Any]] = {
    "planned": {"color": BLACK, "ls": (0, (2, 1.5)), "lw": 2.4},
    "due": {"color": PURPLE, "ls": (0, (1, 1)), "lw": 2.8},
    "completed": {"color": SKY, "lw": 2.4},
    "good": {"color": GREEN, "lw": 2.4},
}
"""How each line of the throughput looks."""
SHOWS = 0.05
"""Of the highest planned rate: what was due is drawn where it differs from the plan by more."""
FAILURES = (0.93, 0.98)
"""Where the strip of failures lies, in shares of the panel's height."""
MOST_STRUCK = 3
"""Targets of faults, and scaled roles, whose instances are drawn; more could not be told apart."""
PER_SECOND = 20
"""Looks at the requests in flight; their mean over a second is drawn."""


def throughput_of(run: MeasuredRun) -> dict[str, Rates]:
    """Rates by arm. What was due is left out where no arm has a second in which it shows."""
    rates = {arm: _rates(run, arm) for arm in run.arms}
    if all(np.isnan(of_arm["due"]).all() for of_arm in rates.values()):
        for of_arm in rates.values():
            del of_arm["due"]
    return rates


def draw_throughput(
    rates: Mapping[str, Rates], axes: Axes, _run: MeasuredRun, arm: str, *, first: bool
) -> None:
    for name, rate in rates[arm].items():
        axes.stairs(rate, baseline=None, label=name, **RATES[name])
    if first:
        axes.set_ylabel("requests per second")
        axes.legend(loc="lower left", ncols=4, columnspacing=1.0, handlelength=1.6)


def due_words(run: MeasuredRun) -> str:
    """Where the line is drawn in an arm of ``run``, what it means."""
    if not any("due" in rates for rates in throughput_of(run).values()):
        return ""
    return (
        "Due: when requests could be sent and from when they count, since a later step of a "
        "journey waits for the answer to the one before (a step that was skipped counts with the "
        "one that broke its journey); drawn only where it differs from the plan by more than "
        f"{100 * SHOWS:g} % of the highest planned rate, and a second before and after. "
    )


def _rates(run: MeasuredRun, arm: str) -> Rates:
    tables, duration = [t.requests for t in run.of(arm)], run.scenario.duration_s(run.plan.profile)
    times = {
        "planned": _planned_times(run, arm, "planned_s"),
        "due": _planned_times(run, arm, "due_s"),
        "completed": [_times(r, "ended_s", r["status"].notna()) for r in tables],
        "good": [_times(rows, "ended_s", rows["good"]) for rows in tables],
    }
    rates = {name: per_second(of_blocks, duration) for name, of_blocks in times.items()}
    return rates | {"due": where_moved(rates["planned"], rates["due"])}


def where_moved(planned: Floats, due: Floats) -> Floats:
    """What was due in the seconds in which that is not what was planned; NaN in all others."""
    moved = np.abs(due - planned) > SHOWS * planned.max()
    # A second more at either end, so that the line leaves the other one and comes back to it.
    padded = np.pad(moved, 1)
    return np.where(padded[:-2] | padded[1:-1] | padded[2:], due, np.nan)


def _planned_times(run: MeasuredRun, arm: str, column: str) -> list[Floats]:
    """A column of all that was planned, by block; what a closed loop never sent is among it."""
    return [
        np.concatenate([_times(t.requests, column), _times(t.omitted, column)]) for t in run.of(arm)
    ]


def draw_latency(axes: Axes, run: MeasuredRun, arm: str, *, first: bool) -> None:
    tables, duration = [t.requests for t in run.of(arm)], run.scenario.duration_s(run.plan.profile)
    times = np.concatenate([_times(rows, "due_s", ~rows["failed"]) for rows in tables])
    values = np.concatenate([_times(rows, "response_ms", ~rows["failed"]) for rows in tables])
    failed = np.concatenate([_times(rows, "due_s", rows["failed"]) for rows in tables])
    plain_log(axes)
    draw_heat(axes, times, values, duration, arm_colours(run)[arm])
    middle, lines = quantile_series(times, values, [p for p, *_ in LINES], duration)
    for (p, dashes, width), line in zip(LINES, lines, strict=True):
        if not np.isnan(line).all():
            axes.plot(middle, line, ".", color=INK, ls=dashes, lw=width, label=f"p{p * 100:g}")
    axes.axhline(run.scenario.slo.latency_ms, color=GREEN, linewidth=1.6, label="objective")
    draw_strip(axes, failed, duration, BLACK, FAILURES)
    if first:
        axes.plot([], [], "s", color=BLACK, label="failed")
        axes.set_ylabel("response time in ms (log)")
        axes.legend(loc="lower left", ncols=5, columnspacing=1.0, handlelength=1.6)


def _times(rows: pd.DataFrame, column: str, chosen: "pd.Series[bool] | None" = None) -> Floats:
    values = rows[column].to_numpy(np.float64)
    return values if chosen is None else values[chosen.to_numpy(np.bool_)]


def draw_flight(axes: Axes, run: MeasuredRun, arm: str, *, first: bool) -> None:
    seconds = math.ceil(run.scenario.duration_s(run.plan.profile))
    at_s = np.arange(seconds * PER_SECOND) / PER_SECOND
    trials = run.of(arm)
    smooth = in_flight(trials, at_s).reshape(-1, PER_SECOND).mean(axis=1)
    axes.stairs(smooth, baseline=None, color=arm_colours(run)[arm], lw=2.4, label="in flight")
    struck = {fault.target for planned in run.timetable for fault in planned.phase.faults}
    struck |= {role for trial in trials for role in scaled_roles(decisions_in(trial.events))}
    for role in sorted(struck) if len(struck) <= MOST_STRUCK else ():
        counted = role if instances(trials, role, at_s) is not None else arm
        alive = instances(trials, counted, at_s)
        if alive is not None:
            axes.step(at_s, alive, where="post", color=GREY, label=f"instances of {counted}")
    mark_decisions(axes, run, arm)
    axes.legend(loc="upper left", handlelength=1.6)
    if first:
        axes.set_ylabel("in flight, instances")


def draw_cpu(axes: Axes, run: MeasuredRun, arm: str, *, first: bool) -> None:
    cores = stacked_roles(cpu_cores(run.of(arm), run.scenario.duration_s(run.plan.profile)))
    edges = np.arange(len(next(iter(cores.values()))[0]) + 1)
    stacked = [np.append(series, series[-1]) for series, _ in cores.values()]
    colours = [colour for _, colour in cores.values()]
    axes.stackplot(edges, stacked, labels=list(cores), colors=colours, step="post", linewidth=0)
    axes.axhline(run.scenario.budget.cpus, color=INK, linewidth=1.4, linestyle=(0, (1, 1)))
    axes.legend(loc="upper left", ncols=2, fontsize=12, columnspacing=1.0, handlelength=1.0)
    if first:
        axes.set_ylabel("CPU cores used (dots: budget)")
