"""Resources: CPU per correct answer and memory, by role."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.roles import stacked_roles
from analysis.plots.style import BLACK
from analysis.resources import cpu_s_by_role, memory_mb_by_role
from analysis.trial import Trial
from analysis.windows import Window, within
from analysis.wording import figures

ByRole = dict[str, float]


def draw(run: MeasuredRun) -> Figure:
    figure = Figure(figsize=(15, max(7, 3 + 1.6 * len(run.arms))))
    cpu, memory = figure.subplots(1, 2)
    window = run.reported_window
    _draw(cpu, run, lambda trial: cpu_ms_by_role(trial, window))
    cpu.set_title("CPU per correct answer, in ms")
    cpu.set_xlabel("ms of CPU time per correct answer")
    _draw(memory, run, lambda trial: memory_mb_by_role(trial.samples, window))
    memory.set_title("Memory of the whole store, in MiB")
    memory.set_xlabel("MiB, proportional set size, mean over time")
    return figure


def cpu_ms_by_role(trial: Trial, window: Window) -> ByRole:
    rows = trial.requests
    inside = within(rows["due_s"].to_numpy(np.float64), window)
    answers = int((inside & ~rows["failed"].to_numpy()).sum())
    if not answers:
        return {}
    return {role: 1000 * s / answers for role, s in cpu_s_by_role(trial.samples, window).items()}


def _draw(axes: Axes, run: MeasuredRun, measure: Callable[[Trial], ByRole]) -> None:
    for y, arm in enumerate(run.arms):
        found = [measure(trial) for trial in run.of(arm)]
        _draw_bar(axes, y, [amounts for amounts in found if amounts])
    axes.set_yticks(range(len(run.arms)), run.arms, fontsize=16)
    axes.set_ylim(len(run.arms) - 0.1, -0.6)
    axes.set_xlim(0, axes.get_xlim()[1] * 1.12)
    axes.grid(visible=False, axis="y")
    handles, names = axes.get_legend_handles_labels()
    unique = dict(zip(names, handles, strict=True))
    axes.legend(unique.values(), unique.keys(), loc="lower center", ncols=3, fontsize=12)


def _draw_bar(axes: Axes, y: int, found: list[ByRole]) -> None:
    if not found:
        return
    roles = sorted({role for amounts in found for role in amounts})
    means = {r: np.array([np.mean([amounts.get(r, 0.0) for amounts in found])]) for r in roles}
    left = 0.0
    for name, (amount, colour) in stacked_roles(means).items():
        axes.barh(y, amount[0], left=left, height=0.5, color=colour, edgecolor="white", label=name)
        left += float(amount[0])
    totals = [sum(amounts.values()) for amounts in found]
    label = "one block" if len(totals) > 1 else None
    if label:
        axes.plot(totals, [y - 0.34] * len(totals), "o", color=BLACK, ms=7, alpha=0.6, label=label)
    axes.annotate(
        figures(left),
        (left, y),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        fontsize=17,
    )


def caption(run: MeasuredRun) -> str:
    window = run.reported_window
    return (
        "Store, edge and database together, without the load generator and the payment provider, "
        f"from second {window[0]:g} to {window[1]:g}: CPU time per request due then that was "
        "answered correctly, and memory as a mean over time, by role; dots are blocks."
    )


PLOT = Plot("resources", "What it cost", draw, caption)
