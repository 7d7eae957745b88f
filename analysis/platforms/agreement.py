"""Whether the platforms agree, in one sentence."""

from collections.abc import Sequence

from analysis.listing import listed
from analysis.platforms.side import Side, Sides


def agree(sides: Sides) -> bool | None:
    """Whether all verdicts are the same; None when a run carries none."""
    outcomes = {side.summary.outcome for side in sides.sides}
    return None if None in outcomes else len(outcomes) == 1


def agreement(sides: Sides) -> str:
    """The verdicts of all platforms in one sentence, and whether the effects may be the same."""
    match agree(sides):
        case None:
            without = [side.platform for side in sides.sides if side.summary.outcome is None]
            return f"There is nothing to agree on: no verdict on {listed(without)}."
        case True:
            outcome = sides.sides[0].summary.outcome
            return (
                f"The verdicts agree: {outcome} on {listed(sides.platforms)}"
                f"{_intervals(sides.sides)}."
            )
        case False:
            return f"The verdicts differ: {_by_outcome(sides)}{_intervals(sides.sides)}."


def _by_outcome(sides: Sides) -> str:
    platforms: dict[str, list[str]] = {}
    for side in sides.sides:
        platforms.setdefault(str(side.summary.outcome), []).append(side.platform)
    return ", ".join(f"{outcome} on {listed(names)}" for outcome, names in platforms.items())


def _intervals(sides: Sequence[Side]) -> str:
    """Verdicts may agree while the effects differ in size, and the other way round."""
    estimates = [side.comparisons[0].estimate for side in sides]
    intervals = [each.interval for each in estimates if each is not None and each.interval]
    if len(intervals) < len(sides):
        return ""
    share = max(low for low, _ in intervals) <= min(high for _, high in intervals)
    what = "have values in common" if share else "have no value in common"
    return f"; the 95 % intervals of the effect {what}"
