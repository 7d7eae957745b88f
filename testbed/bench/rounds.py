"""Rounds and starts: what drifts, and what differs from one start of a process to the next.

A round measures each way once, in random order, so that what drifts hits all alike. Processes that
run the same code differ by some per cent for as long as they live, so they are started anew several
times, and a start is the unit of all figures.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from statistics import fmean

from testbed.bench.cost import Cost

Measure = Callable[[int], Cost]
"""Make the calls of one round, whose number it is told, and say what each cost."""
Costs = Mapping[str, list[Cost]]
"""By way; those at the same place belong to the same round, or start."""


def interleaved(
    ways: Mapping[str, Measure], rounds: int, seed: int, tell: Callable[[int], None]
) -> Costs:
    """Measure every way in every round, after one that warms them up and does not count."""
    order = Random(seed)  # noqa: S311 - seeded, no secret
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        tell(number)
        for name in order.sample(list(ways), len(ways)):
            cost = ways[name](number)
            if number:
                costs[name].append(cost)
    return costs


def over_starts(starts: Sequence[Costs]) -> Costs:
    """One cost per start: the mean of its rounds."""
    return {name: [_mean(costs[name]) for costs in starts] for name in starts[0]}


def _mean(costs: Sequence[Cost]) -> Cost:
    parts = costs[0].cpu_ms
    cpu_ms = {part: fmean(cost.cpu_ms[part] for cost in costs) for part in parts}
    return Cost(fmean(cost.wall_ms for cost in costs), cpu_ms)
