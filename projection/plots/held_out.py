"""Foretold against measured: on the diagonal where the model is right."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.plots.plot import Plot
from analysis.plots.style import ARM_COLOURS, GREY, PALE, plain_log
from projection.prediction import P95_WITHIN, THROUGHPUT_WITHIN
from projection.project import ARCHITECTURES, Projection


def draw(projection: Projection) -> Figure:
    figure = Figure(figsize=(13, 6.5))
    throughput, p95 = figure.subplots(1, 2)
    for architecture, colour in zip(ARCHITECTURES, ARM_COLOURS, strict=False):
        throughput.plot([], [], "o", color=colour, label=architecture)
        for each in projection.predictions[architecture]:
            filling = colour if each.part == "held out" else "white"
            style = {"color": colour, "markerfacecolor": filling, "markersize": 10}
            throughput.plot(each.load.answers_per_s, each.answers_per_s, "o", **style)
            p95.plot(each.load.p95_ms, each.p95_ms, "o", **style)
    _frame(throughput, "Correct answers per second", THROUGHPUT_WITHIN)
    _frame(p95, "p95 response time, ms", P95_WITHIN)
    throughput.legend(loc="upper left")
    return figure


def _frame(axes: Axes, title: str, within: float) -> None:
    plain_log(axes)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(axes.yaxis.get_major_locator())
    axes.xaxis.set_major_formatter(axes.yaxis.get_major_formatter())
    axes.xaxis.set_minor_locator(axes.yaxis.get_minor_locator())
    low = min(axes.get_xlim()[0], axes.get_ylim()[0])
    high = max(axes.get_xlim()[1], axes.get_ylim()[1])
    ends = [low, high]
    axes.plot(ends, ends, color=GREY, linewidth=1.2, zorder=0)
    below, above = ([end * (1 + sign * within) for end in ends] for sign in (-1, 1))
    axes.fill_between(ends, below, above, color=PALE, zorder=-1)
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    axes.set_xlabel("measured")
    axes.set_ylabel("model")
    axes.set_title(title)


def caption(_: Projection) -> str:
    return (
        "Each dot is one load of one trial. Full: held out, the model never saw it; empty: the "
        "model learnt from it or, where the store was full, left it out. The band is "
        f"{100 * THROUGHPUT_WITHIN:.0f} % wide on either side for throughput, "
        f"{100 * P95_WITHIN:.0f} % for p95."
    )


PLOT = Plot("held-out", "Does it foretell what was measured?", draw, caption)
