"""Limits of a search in words."""

from collections.abc import Sequence

from analysis.capacity.run import SearchRun
from analysis.capacity.search import Limit
from analysis.capacity.units import SEARCHED, held
from analysis.comparison import Comparison
from analysis.listing import listed
from analysis.wording import effect, figures
from experiment.search import SearchKind


def bracket(kind: SearchKind, limits: Sequence[Limit]) -> str:
    """Where one or more limits lie: the range from the lowest end to the highest."""
    ends = [end for found in limits for end in (found.holds, found.fails) if end is not None]
    if unknown := next((found.unknown for found in limits if found.unknown), ""):
        return unknown
    return f"between {figures(min(ends))} and {figures(max(ends))} {SEARCHED[kind]}"


def finding(run: SearchRun, found: Comparison) -> str:
    """Both limits at the value that decides, and their ratio."""
    kind, at = run.search.kind, run.decides
    place = f"{'With' if kind == 'capacity' else 'At'} {held(kind, at)}"
    reference, treatment = (_where(run, arm, at) for arm in run.arms)
    if found.estimate is None:
        return f"{place}: {run.arms[0]} {reference}; {run.arms[1]} {treatment}."
    verb = "holds the objective up to" if kind == "capacity" else "needs"
    both = f"{run.arms[0]} {verb} {reference}, {run.arms[1]} {treatment}"
    return f"{place}, {both}: {_ratio(found)}."


NONE_HOLDS: dict[SearchKind, str] = {
    "demand": "no deployment within the budget holds the objective",
    "capacity": "no load within the range is borne",
}
ALL_HOLD: dict[SearchKind, str] = {
    "demand": "even the smallest deployment within the range holds the objective",
    "capacity": "even the largest load within the range is borne",
}


def beyond_range(run: SearchRun) -> str:
    """Why the value that decides has no ratio though all its searches came to an end.

    Where both happened, that a store holds nowhere is told. Empty when every limit lies inside.
    """
    kind, found = run.search.kind, [each for each in run.limits if each.at == run.decides]
    sides = (
        (NONE_HOLDS, [each for each in found if each.ended and each.holds is None]),
        (ALL_HOLD, [each for each in found if each.ended and each.fails is None]),
    )
    for says, outside in sides:
        if outside:
            arms = listed([arm for arm in run.arms if arm in {each.arm for each in outside}])
            seen = f"{len(outside)} of {len(found)} searches"
            return f"{says[kind]}: {arms}, at {held(kind, run.decides)} ({seen})"
    return ""


def _where(run: SearchRun, arm: str, at: float) -> str:
    found = [run.limit(block, arm, at) for block in run.blocks]
    return bracket(run.search.kind, [limit for limit in found if limit is not None])


def _ratio(found: Comparison) -> str:
    if found.estimate is None:
        raise ValueError("a comparison without blocks has no ratio")
    n = found.estimate.n
    words = f"ratio {effect(found.metric, found.estimate.value)}"
    if found.estimate.interval is not None:
        low, high = (effect(found.metric, bound) for bound in found.estimate.interval)
        words += f" (95 % interval {low} to {high})"
    return f"{words}, {n} block{'s' if n > 1 else ''}"
