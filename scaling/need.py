"""How large an instance has to be: one rule for every role of either architecture."""

import math

IN_USE_AT_REST = 0.4
"""Share of its quota that an instance uses at the load from which a spike begins. A quota of what
has a target of 0.6 has room for half as much again before the autoscaler acts."""
STEP_CPUS = 0.01
LEAST_CPUS = 0.02
"""The smallest part that a kernel holds to its quota within periods of 50 ms."""


def needed_cpus(used_cpus: float, in_use: float = IN_USE_AT_REST) -> float:
    """Quota of an instance that uses ``used_cpus`` at rest, in whole hundredths, rounded up."""
    steps = math.ceil(round(used_cpus / in_use / STEP_CPUS, 9))
    return max(round(steps * STEP_CPUS, 2), LEAST_CPUS)
