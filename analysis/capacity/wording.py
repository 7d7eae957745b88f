"""Limits of a search in words."""

from collections.abc import Sequence

from analysis.capacity.run import SearchRun
from analysis.capacity.search import Limit
from analysis.capacity.units import SEARCHED, held
from analysis.comparison import Comparison
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
