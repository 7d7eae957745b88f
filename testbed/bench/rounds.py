"""Rounds: each way once in each, in random order, so that what drifts hits all alike."""

from collections.abc import Callable, Mapping
from random import Random

from testbed.bench.cost import Cost

Measure = Callable[[int], Cost]
"""Make the calls of one round, whose number it is told, and say what each cost."""
Costs = Mapping[str, list[Cost]]
"""By way; those at the same place belong to the same round."""


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
