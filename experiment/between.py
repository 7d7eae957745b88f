"""Which two arms a metric compares, and which of them is the reference."""

from collections.abc import Sequence
from typing import get_args

from experiment.metric import Metric
from experiment.store import Architecture, Arm


def pair_of(arms: Sequence[Arm], metric: Metric) -> tuple[Arm, Arm]:
    """The two arms that ``metric`` compares, the reference first.

    Without ``between`` they are the only two, and the reference is the monolith where there is
    exactly one, else the first.
    """
    if metric.between is not None:
        reference, treatment = (_named(arms, name) for name in metric.between)
        return reference, treatment
    first, second = arms
    swapped = first.architecture != "monolith" and second.architecture == "monolith"
    return (second, first) if swapped else (first, second)


def in_order(arms: Sequence[Arm], primary: Metric) -> tuple[Arm, ...]:
    """All arms; the two that the primary metric compares come first."""
    pair = pair_of(arms, primary)
    return *pair, *(arm for arm in arms if arm not in pair)


def check_pair(arms: Sequence[Arm], metric: Metric) -> None:
    """Raise ValueError when the metric does not say which arms it compares, or what it expects."""
    names = [arm.name for arm in arms]
    if metric.between is None:
        _check_expectation(metric, [*names, *get_args(Architecture)], names)
        if len(arms) > 2:  # noqa: PLR2004 - a pair
            raise ValueError(f"between: {metric.says!r} must name two of {names}")
        return
    if metric.between[0] == metric.between[1] or not set(metric.between) <= set(names):
        raise ValueError(f"between: {list(metric.between)} must be two of {names}")
    one, other = (arm.architecture for arm in pair_of(arms, metric))
    telling = [] if one == other else [one, other]
    _check_expectation(metric, [*metric.between, *telling], list(metric.between))


def _check_expectation(metric: Metric, allowed: Sequence[str], names: Sequence[str]) -> None:
    if metric.expects[1] not in allowed:
        raise ValueError(f"the expectation {metric.expectation!r} names none of {list(names)}")


def _named(arms: Sequence[Arm], name: str) -> Arm:
    return next(arm for arm in arms if arm.name == name)
