"""The panels of the timeline; each draws one arm into one pair of axes."""

import math

import numpy as np
from matplotlib.axes import Axes

from analysis.measured import MeasuredRun
from analysis.plots.roles import stacked_roles
from analysis.plots.style import BLACK, GREEN, GREY, INK, SKY, arm_colours, plain_log
from analysis.series import cpu_cores, in_flight, instances, per_second, quantile_series

PER_SECOND = 20
"""Looks at the requests in flight; their mean over a second is drawn."""


def draw_throughput(axes: Axes, run: MeasuredRun, arm: str, *, first: bool) -> None:
    rows, duration = run.rows(arm), run.scenario.duration_s(run.plan.profile)
    answered = rows[rows["status"].notna()]
    lines = (
        ("offered", rows["intended_s"], BLACK, (0, (2, 1.5))),
        ("completed", answered["ended_s"], SKY, "-"),
        ("good", rows.loc[rows["good"], "ended_s"], GREEN, "-"),
    )
    for name, times, colour, dashes in lines:
        rate = per_second(times, duration, len(run.blocks))
        axes.stairs(rate, baseline=None, color=colour, linestyle=dashes, linewidth=2.4, label=name)
    if first:
        axes.set_ylabel("requests per second")
        axes.legend(loc="lower left", ncols=3, columnspacing=1.0, handlelength=1.6)


def draw_latency(axes: Axes, run: MeasuredRun, arm: str, *, first: bool) -> None:
    rows, duration = run.rows(arm), run.scenario.duration_s(run.plan.profile)
    answered, failed = rows[~rows["failed"]], rows[rows["failed"]]
    times = answered["intended_s"].to_numpy(np.float64)
    values = answered["response_ms"].to_numpy(np.float64)
    colour = arm_colours(run)[arm]
    axes.plot(times, values, ".", color=colour, markersize=3, alpha=0.2, rasterized=True)
    for p, dashes, width in ((0.5, "-", 2.8), (0.95, (0, (4, 1.5)), 2.2), (0.99, (0, (1, 1)), 2.2)):
        middle, line = quantile_series(times, values, p, duration)
        if not np.isnan(line).all():
            name = f"p{p * 100:g}"
            axes.plot(
                middle, line, color=INK, linestyle=dashes, linewidth=width, label=name, marker="."
            )
    axes.axhline(run.scenario.slo.latency_ms, color=GREEN, linewidth=1.6, label="objective")
    plain_log(axes)
    _mark_failures(axes, failed["intended_s"].to_numpy(np.float64))
    if first:
        axes.set_ylabel("response time in ms (log)")
        axes.legend(loc="lower left", ncols=4, columnspacing=1.0, handlelength=1.6)


def _mark_failures(axes: Axes, times_s: np.ndarray) -> None:
    """Crosses in a strip above the axes' middle ground, jittered by order so that many show."""
    strip = 0.93 + 0.05 * (np.arange(len(times_s)) % 5) / 4
    axes.plot(
        times_s,
        strip,
        "x",
        transform=axes.get_xaxis_transform(),
        color=BLACK,
        markersize=5,
        alpha=0.3,
        rasterized=True,
    )


def draw_flight(axes: Axes, run: MeasuredRun, arm: str, *, first: bool) -> None:
    seconds = math.ceil(run.scenario.duration_s(run.plan.profile))
    at_s = np.arange(seconds * PER_SECOND) / PER_SECOND
    trials = run.of(arm)
    smooth = in_flight(trials, at_s).reshape(-1, PER_SECOND).mean(axis=1)
    axes.stairs(smooth, baseline=None, color=arm_colours(run)[arm], lw=2.4, label="in flight")
    for role in sorted({fault.role for phase in run.scenario.phases for fault in phase.faults}):
        counted = role if instances(trials, role, at_s) is not None else arm
        alive = instances(trials, counted, at_s)
        if alive is not None:
            axes.step(at_s, alive, where="post", color=GREY, label=f"instances of {counted}")
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
