"""Impacts of one arm in words: a mean over its blocks, with its interval below it."""

from collections.abc import Callable, Sequence

from analysis.recovery.impact import Impact
from analysis.recovery.losses import Lost
from analysis.recovery.overview import Quantity, mean_of, mean_over_blocks
from analysis.statistics import Estimate
from analysis.wording import NOTHING, RANGE, figures

Cell = Callable[[Sequence[Impact]], str]
"""The impacts of the blocks of an arm, at least one, in a cell."""


def mean_words(found: Estimate | None, unit: str = "") -> str:
    if found is None:
        return NOTHING
    bounds = "" if found.interval is None else "\n" + RANGE.join(map(figures, found.interval))
    return f"{figures(found.value)}{unit}{bounds}"


def mean_cell(quantity: Quantity) -> Cell:
    return lambda impacts: mean_words(mean_of(impacts, quantity))


def lost_cell(lost: Callable[[Impact], Lost]) -> Cell:
    """What was lost, of how many; means where there are several blocks."""

    def cell(impacts: Sequence[Impact]) -> str:
        n = sum(lost(impact).n for impact in impacts) / len(impacts)
        if not n:
            return NOTHING
        return mean_words(mean_of(impacts, lambda i: lost(i).beyond), f" of {round(n):,}")

    return cell


def felt_cell(impacts: Sequence[Impact]) -> str:
    """When a client saw the first of it, where it was felt at all."""
    return _seconds([impact.felt_after_s for impact in impacts]) or "not felt"


def reacted_cell(impacts: Sequence[Impact]) -> str:
    """When the store first reacted, where the record tells of it."""
    return _seconds([impact.incident.reacted_after_s for impact in impacts]) or NOTHING


def _seconds(found: Sequence[float | None]) -> str:
    """A mean of those that there are; empty when there are none."""
    known = [seconds for seconds in found if seconds is not None]
    if not known:
        return ""
    if len(known) < len(found):
        mean_s = sum(known) / len(known)
        return f"{figures(mean_s)} s\nin {len(known)} of {len(found)}"
    return mean_words(mean_over_blocks(known), " s")


def recovered_cell(impacts: Sequence[Impact]) -> str:
    """When it was over; a bound of the mean where some blocks saw no recovery."""
    if not any(impact.recovered_after_s != 0 for impact in impacts):
        return "at once"
    return censored_words([(impact.recovered_after_s, impact.watched_s) for impact in impacts])


def censored_words(found: Sequence[tuple[float | None, float]]) -> str:
    """Mean of times, each beside how long it was watched for; None: it did not end within that."""
    missing = [watched_s for after_s, watched_s in found if after_s is None]
    at_least_s = [watched_s if after_s is None else after_s for after_s, watched_s in found]
    if not missing:
        return mean_words(mean_over_blocks(at_least_s), " s")
    within = f"not within {figures(min(missing))} s"
    if len(missing) == len(found):
        return within
    least_s = sum(at_least_s) / len(found)
    return f"over {figures(least_s)} s\n{within} in {len(missing)} of {len(found)}"


def backlog_cell(impacts: Sequence[Impact]) -> str:
    """The largest of all blocks, and at rest."""
    most = max(impact.backlog for impact in impacts)
    return f"{most:,}\nat rest {max(impact.backlog_at_rest for impact in impacts):,}"
