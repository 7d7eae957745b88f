"""The panels of the timeline; each draws one arm into one pair of axes."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from analysis.measured import MeasuredRun
from analysis.plots.heat import draw_heat, draw_strip
from analysis.plots.roles import stacked_roles
from analysis.plots.style import BLACK, GREEN, GREY, INK, SKY, arm_colours, plain_log
from analysis.plots.timeline_scaling import mark_decisions
from analysis.scaling.account import scaled_roles
from analysis.scaling.decisions import decisions_in
from analysis.series import cpu_cores, in_flight, instances, per_second, quantile_series

Floats = NDArray[np.float64]
Dashes = str | tuple[int, tuple[float, ...]]
LINES: tuple[tuple[float, Dashes, float], ...] = (
    (0.5, "-", 2.8),
    (0.95, (0, (4, 1.5)), 2.2),
    (0.99, (0, (1, 1)), 2.2),
)
"""Quantile, dashes and width."""
FAILURES = (0.93, 0.98)
"""Where the strip of failures lies, in shares of the panel's height."""
MOST_STRUCK = 3
"""Targets of faults, and scaled roles, whose instances are drawn; more could not be told apart."""
PER_SECOND = 20
"""Looks at the requests in flight; their mean over a second is drawn."""


def draw_throughput(axes: Axes, run: MeasuredRun, arm: str, *, first: bool) -> None:
    tables, duration = [t.requests for t in run.of(arm)], run.scenario.duration_s(run.plan.profile)
    due = [
        np.concatenate([_times(t.requests, "intended_s"), _times(t.omitted, "intended_s")])
        for t in run.of(arm)
    ]
    lines = (
        ("offered", due, BLACK, (0, (2, 1.5))),
        ("completed", [_times(r, "ended_s", r["status"].notna()) for r in tables], SKY, "-"),
        ("good", [_times(rows, "ended_s", rows["good"]) for rows in tables], GREEN, "-"),
    )
    for name, times, colour, dashes in lines:
        rate = per_second(times, duration)
        axes.stairs(rate, baseline=None, color=colour, linestyle=dashes, linewidth=2.4, label=name)
    if first:
        axes.set_ylabel("requests per second")
        axes.legend(loc="lower left", ncols=3, columnspacing=1.0, handlelength=1.6)


def draw_latency(axes: Axes, run: MeasuredRun, arm: str, *, first: bool) -> None:
    tables, duration = [t.requests for t in run.of(arm)], run.scenario.duration_s(run.plan.profile)
    times = np.concatenate([_times(rows, "intended_s", ~rows["failed"]) for rows in tables])
    values = np.concatenate([_times(rows, "response_ms", ~rows["failed"]) for rows in tables])
    failed = np.concatenate([_times(rows, "intended_s", rows["failed"]) for rows in tables])
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
