"""Limbo: money and stock that belong to no order, second by second."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.style import arm_colours, arm_dashes
from analysis.plots.timeline import in_one_order, shade

PANELS = (
    ("cents", 100.0, "money taken without an order", "shop's currency"),
    ("pieces", 1.0, "pieces reserved, not sold", "pieces"),
)


def draw(run: MeasuredRun) -> Figure:
    run = in_one_order(run)
    figure = Figure(figsize=(15, 5))
    for axes, (column, unit, title, words) in zip(figure.subplots(1, 2), PANELS, strict=True):
        for arm in run.arms:
            shade(axes, run, arm)
            _draw_arm(axes, run, arm, column, unit)
        axes.set_title(title)
        axes.set_ylabel(words)
        axes.set_xlabel("seconds from the start of the load")
        axes.set_xlim(0, run.scenario.duration_s(run.plan.profile))
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        axes.legend(loc="upper right")
    return figure


def _draw_arm(axes: Axes, run: MeasuredRun, arm: str, column: str, unit: float) -> None:
    """A thin line per block; a gap where the databases did not answer."""
    label: str | None = arm
    for trial in run.of(arm):
        if trial.limbo is not None:
            amounts = trial.limbo[column].astype("Float64") / unit
            values = pd.to_numeric(amounts).to_numpy(dtype=float, na_value=float("nan"))
            times = trial.limbo["t_s"].to_numpy(float)
            look = {"color": arm_colours(run)[arm], "linestyle": arm_dashes(run)[arm]}
            axes.step(times, values, where="post", lw=1.4, alpha=0.7, label=label, **look)  # type: ignore[arg-type]  # ours are all text
            label = None


def caption(run: MeasuredRun) -> str:
    shown = in_one_order(run)
    which = (
        "one line per block" if shown is run else f"block {shown.blocks[0]} of {len(run.blocks)}"
    )
    asked = [trial.limbo["took_ms"].median() for trial in run.trials if trial.limbo is not None]
    price = f"; it took about {max(asked):.0f} ms" if asked else ""
    return (
        f"What belongs to no order, {which}. Left, in the shop's currency: charged, or "
        "about to be, without a confirmed order and not given back. Right: kept for checkouts "
        "that have not ended; the monolith keeps none outside of its transaction. A checkout on "
        "its way counts, so a little is normal; what stays after a fault is what nobody has "
        f"cleared yet. The databases were asked once a second{price}. A gap: one did not answer."
    )


PLOT = Plot("limbo", "Money and stock in limbo", draw, caption)
