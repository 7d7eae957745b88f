"""How each failure went, as rows of text: a row per incident and arm, and what differs."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from analysis.measured import MeasuredRun
from analysis.recovery.control import SUSTAINED_S
from analysis.recovery.impact import Impact
from analysis.recovery.overview import Quantity, Seen, difference, incidents_of
from analysis.recovery.wording import (
    Cell,
    backlog_cell,
    felt_cell,
    lost_cell,
    mean_cell,
    reacted_cell,
    recovered_cell,
)
from analysis.tables import Row
from analysis.wording import NOTHING, signed


class Column(NamedTuple):
    heading: str
    quantity: Quantity
    cell: Cell


def _reacted_s(impact: Impact) -> float | None:
    return impact.incident.reacted_after_s


def _budget(impact: Impact) -> float | None:
    return impact.budget_minutes


COLUMNS = (
    Column("seen after", lambda i: i.felt_after_s, felt_cell),
    Column("store reacted after", _reacted_s, reacted_cell),
    Column("recovered after", lambda i: i.recovered_after_s, recovered_cell),
    Column("requests lost: own feature", lambda i: i.own.beyond, lost_cell(lambda i: i.own)),
    Column("other features", lambda i: i.others.beyond, lost_cell(lambda i: i.others)),
    Column("journeys lost", lambda i: i.journeys.beyond, lost_cell(lambda i: i.journeys)),
    Column("lost after the roll-back", lambda i: i.after.beyond, lost_cell(lambda i: i.after)),
    Column("most in flight", lambda i: float(i.backlog), backlog_cell),
    Column("error budget burnt, min", _budget, mean_cell(_budget)),
)
MOST_OPEN = 12
"""Rows up to which the table is shown at once."""
HEADINGS = tuple(column.heading for column in COLUMNS)
NOTE = (
    "Means over blocks with their 95 % intervals (Student's t); of one block, its counts. Seen "
    "after: from the injection to the first bad request that a client saw. Store reacted after: to "
    "the first circuit that opened, worker that was replaced or load that the edge shed, where the "
    "record tells of one. Recovered after: from the begin of the roll-back to the moment from "
    f"which on no {SUSTAINED_S:g} s held more bad requests than the objective allows and chance "
    "explains; a store that had not come back before the next fault or the end gives a bound. "
    "Lost: bad requests, and journeys with a bad step, beyond those that are usual without a "
    "fault, of those due from the injection to the recovery. Most in flight: of all blocks. Error "
    "budget: burn rate times time. Differences are those of the second arm to the first, paired by "
    "block; that of most in flight is the mean over blocks, not that of the maxima. They are not "
    "corrected for their number: of twenty intervals without any difference one misses zero by "
    "chance."
)


def recovery_rows(run: MeasuredRun) -> list[Row]:
    """Per incident a row for each arm and, of two arms in several blocks, one for what differs."""
    return list(chain.from_iterable(_rows(run, seen) for seen in incidents_of(run)))


def _rows(run: MeasuredRun, seen: Seen) -> list[Row]:
    rows = [Row(arm, _cells(seen.of(arm))) for arm in run.arms]
    if run.is_pair and len(run.blocks) > 1:
        cells = (_difference(seen, (run.arms[0], run.arms[1]), c.quantity) for c in COLUMNS)
        rows.append(Row("difference", tuple(cells)))
    return [replace(rows[0], group=_title(seen)), *rows[1:]]


def _cells(impacts: Sequence[Impact]) -> tuple[str, ...]:
    if not impacts:
        return "cannot have it", *(NOTHING,) * (len(COLUMNS) - 1)
    return tuple(column.cell(impacts) for column in COLUMNS)


def _title(seen: Seen) -> str:
    joint = "; they overlap, and this is what they did together" if seen.is_joint else ""
    return f"{seen.name}: {seen.says}{joint}"


def _difference(seen: Seen, arms: tuple[str, str], quantity: Quantity) -> str:
    """Of the second arm to the first, paired by block."""
    found = difference(seen, arms, quantity)
    if found is None:
        return NOTHING
    bounds = "" if found.interval is None else "\n" + " to ".join(map(signed, found.interval))
    return signed(found.value) + bounds
