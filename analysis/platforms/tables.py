"""The tables of the page on platforms, as plain rows of text."""

from analysis.comparison import Comparison
from analysis.platforms.side import Side, Sides
from analysis.tables import Row, unit_of_effect
from analysis.wording import NOTHING, effect, interval, quantity
from experiment.metric import Metric

METRIC_COLUMNS = ("reference", "compared with it", "effect", "95 % interval")
INTERVAL = "95 % interval "
"""What the heading says already."""


def verdict_rows(sides: Sides) -> list[Row]:
    """Each platform's verdict as its own report tells it."""
    return [Row(side.platform, _verdict_cells(side)) for side in sides.sides]


def _verdict_cells(side: Side) -> tuple[str, ...]:
    summary = side.summary
    blocks = f"{summary.blocks_complete} of {summary.blocks_planned}"
    return summary.outcome or "no verdict", summary.verdict, blocks, summary.run_id


def metric_rows(sides: Sides) -> list[Row]:
    """Each metric, the primary first; four columns for each platform."""
    return [
        Row(
            f"{metric.says}, {metric.phase}",
            tuple(cell for side in sides.sides for cell in _metric_cells(side.of(metric), metric)),
            strong=not index,
        )
        for index, metric in enumerate(sides.metrics)
    ]


def _metric_cells(found: Comparison | None, metric: Metric) -> tuple[str, ...]:
    if found is None:
        return NOTHING, NOTHING, NOTHING, "not asked there"
    if found.estimate is None:
        return NOTHING, NOTHING, NOTHING, "".join(found.unknown[:1])
    both = (quantity(metric, value) for value in found.means())
    change = f"{effect(metric, found.estimate.value)}{unit_of_effect(metric)}"
    return *both, change, interval(found).removeprefix(INTERVAL)
