"""The tables of a projection, as plain rows of text."""

from collections.abc import Sequence

from analysis.listing import listed
from analysis.quantiles import quantile_interval
from analysis.tables import Row
from analysis.wording import NOTHING, RANGE, figures
from projection.curves import tipping_gb
from projection.observed import Load
from projection.prediction import Foretold, Prediction, held_out, over_trials
from projection.project import ARCHITECTURES, CELLS, FAR, Projection

FORETOLD = ("trials", "used, CPUs", "error of answers/s", "error of p95", "")
PREDICTED = ("used, CPUs", "model", "answers/s", "model", "error", "p95, ms", "model", "error", "")
SHOWN = (1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0)
"""Loads of the table of costs; the figure has more."""


def foretold_rows(projection: Projection) -> list[Row]:
    """Loads that were held out, each over all its trials, by architecture."""
    rows = []
    for architecture in ARCHITECTURES:
        for index, each in enumerate(over_trials(projection.predictions[architecture])):
            cells = (
                str(each.trials), f"{each.used:.2f}",
                signed(each.throughput_error), signed(each.p95_error), _words(each),
            )  # fmt: skip
            heading = f"{each.journeys_per_s:g} journeys/s"
            rows.append(Row(heading, cells, group="" if index else architecture))
    return rows


def prediction_rows(projection: Projection) -> list[Row]:
    """Every load of every trial, by architecture; those held out in bold."""
    rows = []
    for architecture in ARCHITECTURES:
        ordered = sorted(
            projection.predictions[architecture], key=lambda each: each.load.journeys_per_s
        )
        for index, each in enumerate(ordered):
            load = each.load
            cells = (
                f"{load.used:.2f}", f"{each.used:.2f}",
                figures(load.answers_per_s), figures(each.answers_per_s),
                signed(each.throughput_error),
                _with_interval(load), figures(each.p95_ms), signed(each.p95_error),
                _outcome(each),
            )  # fmt: skip
            heading = f"{load.journeys_per_s:g} journeys/s"
            rows.append(Row(heading, cells, each.part == "held out", "" if index else architecture))
    return rows


def _with_interval(load: Load) -> str:
    """The measured p95 over its 95 % interval within the trial, where that is known."""
    bounds = quantile_interval(load.answered_ms, 0.95)
    if bounds is None:
        return figures(load.p95_ms)
    low, high = bounds
    return f"{figures(load.p95_ms)}\n{figures(low)}{RANGE}{figures(high)}"


def _outcome(each: Prediction) -> str:
    if each.part != "held out":
        return each.part
    return f"held out: {_words(each)}"


def _words(each: Foretold | Prediction) -> str:
    return "within" if each.is_within else "missed"


def demand_rows(projection: Projection) -> list[Row]:
    """Per operation: ms of CPU and of waiting in both stores, and the ratio of CPU."""
    stores = [projection.stores[each] for each in ARCHITECTURES]
    rows = []
    for name in projection.mix:
        cpu_ms = [1000 * store.demands.cpu_s.get(name, 0.0) for store in stores]
        waits = [store.demands.wait_s.get(name, (0.0,)) for store in stores]
        wait_ms = [1000 * sum(each) / len(each) for each in waits]
        cells = [figures(each) for each in (*cpu_ms, *wait_ms)]
        rows.append(Row(name, (*cells, f"{projection.mix[name]:.2f}")))
    return rows


def role_rows(projection: Projection) -> list[Row]:
    """Per role: calls and CPU per journey, what an instance uses at rest, and its start."""
    rows = []
    for architecture in ARCHITECTURES:
        for index, role in enumerate(projection.stores[architecture].roles):
            mix = projection.mix
            calls = sum(n * role.visits.get(name, 0.0) for name, n in mix.items())
            cpu_ms = 1000 * sum(n * role.cpu_s.get(name, 0.0) for name, n in mix.items())
            start_s = role.start_cpu_s / projection.assumed.instance_cpus
            cells = (calls, cpu_ms, 1000 * role.background, role.memory_mb, start_s)
            words = tuple(figures(each) for each in cells)
            rows.append(Row(role.name, words, group="" if index else architecture))
    return rows


def cost_rows(projection: Projection) -> list[Row]:
    rows = []
    prices = projection.prices
    for point in projection.points:
        if not any(abs(point.journeys_per_s / shown - 1) < 1e-6 for shown in SHOWN):  # noqa: PLR2004 - rounding
            continue
        both = [point.of(architecture) for architecture in ARCHITECTURES]
        tipping = tipping_gb(point, prices)
        cells = [
            *(f"{each.total:,}" for each in both),
            *(figures(each.cpus) for each in both),
            *(figures(each.memory_gb) for each in both),
            *(figures(each.per_million(prices)) for each in both),
            f"{point.ratio(prices):.2f}",
            NOTHING if tipping is None else figures(tipping),
        ]
        rows.append(Row(f"{point.journeys_per_s:,.0f}", tuple(cells)))
    return rows


def cell_rows(projection: Projection) -> list[Row]:
    return [
        Row(name, tuple(figures(projection.cells[name][rate]) for rate in CELLS))
        for name in ARCHITECTURES
    ]


def spike_rows(projection: Projection) -> list[Row]:
    rows = []
    for rate in FAR:
        for index, name in enumerate(ARCHITECTURES):
            found = projection.spikes[name][rate]
            cells = (found.cpu_quota_s, found.instance_s, found.memory_gb_s, found.short_s)
            group = "" if index else f"{rate:,.0f} journeys per second"
            rows.append(Row(name, tuple(figures(each) for each in cells), group=group))
    return rows


def headline(projection: Projection) -> str:
    """How well the model did on what it had not seen, and what it says beyond that."""
    predicted = projection.predictions
    loads = listed([f"{_share(over_trials(predicted[each]))} of the {each}" for each in predicted])
    trials = listed([_share(held_out(predicted[each])) for each in predicted])
    return (
        f"Of the held-out loads, {loads} were foretold within the limits over all their trials, "
        f"and {trials} in single trials. {_crossing(projection)}"
    )


def _share(foretold: Sequence[Foretold | Prediction]) -> str:
    return f"{sum(each.is_within for each in foretold)} of {len(foretold)}"


def _crossing(projection: Projection) -> str:
    points, prices = projection.points, projection.prices
    ratios = [point.ratio(prices) for point in points]
    if projection.crossovers:
        places = listed([f"{figures(rate)} journeys/s" for rate in projection.crossovers])
        return f"By the model, the cheaper store changes at {places}."
    cheaper = "monolith" if ratios[0] > 1 else "microservices"
    return (
        f"By the model there is no crossover from 1 to 1,000,000 journeys/s: the {cheaper} is the "
        f"cheaper throughout; services cost {figures(min(ratios))} to {figures(max(ratios))} times "
        "as much as the monolith."
    )


def signed(share: float) -> str:
    return f"{100 * share:+.1f} %".replace("-", "\N{MINUS SIGN}")
