"""Experiments whose truth is known: values of two arms over blocks, noise, drift, order of arms."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.planning import order_of_arms
from tests.one_outage import one_outage

Floats = NDArray[np.float64]
Noise = Callable[[np.random.Generator, tuple[int, ...]], Floats]
EXPERIMENTS = 2000
SIGMA = 0.05
"""Spread of a trial's noise, on the scale of the effects."""

NOISES: dict[str, Noise] = {
    "normal": lambda random, shape: random.normal(0, SIGMA, shape),
    "t with 3 degrees of freedom": lambda random, shape: SIGMA * random.standard_t(3, shape),
    "log-normal": lambda random, shape: SIGMA * random.lognormal(0, 0.5, shape),
}
DRIFTS: dict[str, Noise] = {
    "steady": lambda random, shape: np.zeros(shape),
    "linear drift of 10 %": lambda random, shape: np.broadcast_to(
        np.linspace(0, np.log(1.1), shape[1]), shape
    ),
    "random walk": lambda random, shape: np.cumsum(random.normal(0, 0.4 * SIGMA, shape), axis=1),
}


def paired(blocks: int, noise: str, drift: str) -> Floats:
    """Effects between equal arms, a row per experiment and a column per block.

    The arms take turns by the project's own rule, so that drift meets the real order.
    """
    random = np.random.default_rng([blocks, len(noise), len(drift)])
    values = NOISES[noise](random, (EXPERIMENTS, blocks, 2))
    trials = DRIFTS[drift](random, (EXPERIMENTS, 2 * blocks)).reshape(values.shape)
    leads = first_arm_leads(blocks)[:, :, None]
    values = values + np.where(leads, trials, trials[:, :, ::-1])
    return values[:, :, 1] - values[:, :, 0]


@lru_cache
def first_arm_leads(blocks: int) -> NDArray[np.bool_]:
    """Per experiment and block whether the first arm ran first, as plans would have it."""
    scenario = one_outage()
    first = scenario.arms[0].name
    orders: list[Any] = [order_of_arms(scenario, blocks, seed) for seed in range(EXPERIMENTS)]
    return np.array([[arms[0] == first for arms in order] for order in orders])
