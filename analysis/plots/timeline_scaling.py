"""Marks of an autoscaler's decisions on the timeline."""

from matplotlib.axes import Axes

from analysis.measured import MeasuredRun
from analysis.plots.style import INK
from analysis.scaling.decisions import decisions_in

HEIGHT = 0.05
"""Of the marks, in shares of the panel."""
FAINTEST = 0.3
MARKS = (("^", 1, "scaled up"), ("v", -1, "scaled down"))


def mark_decisions(axes: Axes, run: MeasuredRun, arm: str) -> None:
    """A mark for each decision that changed a number, of all blocks on top of each other."""
    decisions = [d for trial in run.of(arm) for d in decisions_in(trial.events)]
    alpha = max(FAINTEST, 1 / max(1, len(run.of(arm))))
    for shape, sign, label in MARKS:
        times_s = [decision.at_s for decision in decisions if decision.step * sign > 0]
        if times_s:
            axes.plot(
                times_s,
                [HEIGHT] * len(times_s),
                shape,
                color=INK,
                markersize=11,
                alpha=alpha,
                linestyle="none",
                transform=axes.get_xaxis_transform(),
                label=label,
            )
