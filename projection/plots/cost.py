"""Cost over load, and the ratio of both."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analysis.plots.plot import Plot
from analysis.plots.style import ARM_COLOURS, GREY, INK, plain_log
from projection.project import ARCHITECTURES, Projection

SHOWN_RATES = tuple(10**power for power in range(7))


def draw(projection: Projection) -> Figure:
    figure = Figure(figsize=(13, 6.5))
    cost, ratio = figure.subplots(1, 2)
    rates = [point.journeys_per_s for point in projection.points]
    prices = projection.prices
    for architecture, colour in zip(ARCHITECTURES, ARM_COLOURS, strict=False):
        money = [point.of(architecture).per_million(prices) for point in projection.points]
        cost.plot(rates, money, color=colour, label=architecture)
    ratio.plot(rates, [point.ratio(prices) for point in projection.points], color=INK)
    ratio.axhline(1, color=GREY, linewidth=1.2, linestyle=":")
    for rate in projection.crossovers:
        ratio.axvline(rate, color=GREY, linewidth=1.2)
    plain_log(cost)
    plain_log(ratio)
    currency = prices.currency.replace("$", r"\$")  # a pair of them would be read as a formula
    _over_load(cost, f"Model: {currency} per million journeys")
    _over_load(ratio, "Model: cost, microservices / monolith")
    cost.legend(loc="upper right")
    return figure


def _over_load(axes: Axes, title: str) -> None:
    axes.set_xscale("log")
    axes.set_xticks(SHOWN_RATES, [f"{rate:,}" for rate in SHOWN_RATES], rotation=20)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("journeys per second")
    axes.set_title(title)


def caption(projection: Projection) -> str:
    crossing = (
        f"A line stands where both cost the same: {len(projection.crossovers)} of them."
        if projection.crossovers
        else "The curves do not cross."
    )
    return (
        "A model, and no measurement. Cost of CPU quotas, memory and instances of a whole store, "
        "edge and database included, at the numbers of instances at which the autoscaler rests. "
        f"{crossing}"
    )


PLOT = Plot("cost", "What it would cost, from 1 to 1,000,000 journeys per second", draw, caption)
