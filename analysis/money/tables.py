"""What it costs, as rows of text: resources and money by arm, with intervals over blocks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.listing import listed
from analysis.measured import MeasuredRun
from analysis.money.costs import Basis, bill, per_million, typical
from analysis.money.use import Use, use_of
from analysis.statistics import CONFIDENCE
from analysis.tables import Row
from analysis.wording import NOTHING, RANGE, figures
from experiment.prices import Prices

Quantity = Callable[[Use], float | None]
Uses = Mapping[str, Sequence[Use]]
"""By arm, over the same blocks in the same order; none where an arm has nothing to tell."""


@dataclass(frozen=True)
class Line:
    """A row to be: what it tells of one trial."""

    heading: str
    quantity: Quantity
    strong: bool = False


RESOURCES = (
    Line("CPUs provisioned", lambda use: use.cpus.provisioned),
    Line("CPUs used", lambda use: use.cpus.used),
    Line("CPUs: provisioned / used", lambda use: _ratio(use.cpus.provisioned, use.cpus.used)),
    Line("memory provisioned (its peak), MiB", lambda use: use.memory_mb.provisioned),
    Line("memory used (its mean), MiB", lambda use: use.memory_mb.used),
    Line(
        "memory: provisioned / used",
        lambda use: _ratio(use.memory_mb.provisioned, use.memory_mb.used),
    ),
    Line("instances, with edge and database", lambda use: use.instances),
)


def run_cost_rows(run: MeasuredRun, prices: Prices) -> list[Row]:
    """Of all complete blocks of a run, from the end of the warm-up on."""
    budget = run.scenario.budget.cpus
    uses = {arm: [use_of(trial, budget) for trial in run.of(arm)] for arm in run.arms}
    known = {arm: [use for use in found if use is not None] for arm, found in uses.items()}
    whole = all(len(known[arm]) == len(uses[arm]) for arm in run.arms)
    return cost_rows(known if whole else {}, run.arms, prices, run.confidence)


def cost_rows(
    uses: Uses, arms: Sequence[str], prices: Prices, confidence: float = CONFIDENCE
) -> list[Row]:
    """Resources, then money; of two arms also the ratio of the second to the first."""
    return [
        *(_row(line, uses, arms, confidence) for line in (*RESOURCES, *_money(prices))),
        _parts_row(uses, arms, prices),
    ]


def cost_columns(arms: Sequence[str]) -> list[str]:
    """Headings of ``cost_rows``."""
    ratio = [" / ".join(reversed(arms))] if len(arms) == 2 else []  # noqa: PLR2004 - a pair
    return [*arms, *ratio]


def note(prices: Prices) -> str:
    """The prices, and how the rows come of them."""
    return (
        "Geometric means over blocks over their 95 % intervals (Student's t on logs), where there "
        f"are several. By prices in {prices.currency}, a declared assumption and no measurement: "
        f"{prices.cpu_hour:g} per CPU-hour, {prices.gb_hour:g} per GiB-hour of memory (1,024 MiB), "
        f"{prices.instance_hour:g} per hour and instance. {prices.source} ({prices.as_of}.) "
        "Provisioned is what has to be there: the CPU budget, or the quotas of the instances; and "
        "the peak of the memory, since nobody sized its limit. Used is what was taken on average. "
        "A good journey is one of which every step was answered correctly and in time."
    )


def _ratio(provisioned: float, used: float) -> float | None:
    return provisioned / used if used > 0 else None


def _money(prices: Prices) -> list[Line]:
    return [
        Line(
            f"{prices.currency} per million {'good ' * good}journeys, {basis}",
            _price_of_a_million(prices, basis, good=good),
            strong=not good,
        )
        for good in (False, True)
        for basis in ("provisioned", "used")
    ]


def _price_of_a_million(prices: Prices, basis: Basis, *, good: bool) -> Quantity:
    return lambda use: per_million(use, prices, basis, good=good)


def _row(line: Line, uses: Uses, arms: Sequence[str], confidence: float) -> Row:
    values = {arm: _known([line.quantity(use) for use in uses.get(arm, ())]) for arm in arms}
    cells = [_cell(values[arm], confidence) for arm in arms]
    if len(cost_columns(arms)) > len(arms):
        cells.append(_cell(_quotients(*(values[arm] for arm in arms)), confidence))
    return Row(line.heading, tuple(cells), strong=line.strong)


def _known(values: Sequence[float | None]) -> list[float]:
    """All values, or none: a mean without the blocks that have none would select by the result."""
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else []


def _quotients(reference: Sequence[float], treatment: Sequence[float]) -> list[float]:
    """Block by block; none where the two were not told of the same blocks."""
    if len(reference) != len(treatment) or min([*reference, *treatment], default=0.0) <= 0:
        return []
    return [other / one for one, other in zip(reference, treatment, strict=True)]


def _cell(values: Sequence[float], confidence: float) -> str:
    estimate = typical(values, confidence)
    if estimate is None:
        return NOTHING
    if estimate.interval is None:
        return figures(estimate.value)
    return f"{figures(estimate.value)}\n{RANGE.join(map(figures, estimate.interval))}"


def _parts_row(uses: Uses, arms: Sequence[str], prices: Prices) -> Row:
    """Which part of the money that is provisioned goes where, all blocks together."""
    cells = [_parts(uses.get(arm, ()), prices) for arm in arms]
    cells += [""] * (len(cost_columns(arms)) - len(arms))
    return Row("of what is provisioned, for", tuple(cells))


def _parts(uses: Sequence[Use], prices: Prices) -> str:
    bills = [bill(use, prices, "provisioned") for use in uses]
    total = sum(each.total for each in bills)
    if not total:
        return NOTHING
    return listed(
        [
            f"{name} {100 * sum(getattr(each, part) for each in bills) / total:.0f} %"
            for name, part in (("CPU", "cpu"), ("memory", "memory"), ("instances", "instances"))
        ]
    )


def grouped(rows: Sequence[Row], title: str) -> list[Row]:
    """The same rows under a heading of their own."""
    return [replace(rows[0], group=title), *rows[1:]]
