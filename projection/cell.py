"""A cell of a large deployment, simulated: few instances of each role, work sent to any of them.

Why a cell is enough: when each piece of work goes to an instance at random, instances of a large
system are as good as independent of each other, each fed by a Poisson stream (asymptotic
independence: Bramson, Lu & Prabhakar, *Queueing Systems* 71, 2012), and under processor sharing
the mean at each depends on its utilisation alone. What a request meets on its way is then the same
in a system of ten cells or ten thousand. Choosing the least busy instance would be better; so the
times of a cell are on the careful side.

Instances are whole, so those of a small cell have less to do than those of a large system. Foreign
work of the same size makes up for it, and every instance is as busy as the autoscaler lets it be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from simpy import Environment, Event

from analysis.quantiles import nearest_rank
from analysis.windows import Window, within
from projection.network import Step, Steps, simulate
from projection.observed import Journeys
from projection.pool import Pool
from projection.roles import Role
from projection.sizing import Sized, cpu_s_per_journey

WINDOW: Window = (5.0, 20.0)
"""Answers that count: those to requests of the time in which the cell is in equilibrium."""
UNTIL_S = 40.0
SEED = 7


@dataclass(frozen=True)
class Farm:
    """Instances of a role; each piece of work goes to one of them at random."""

    pools: Sequence[Pool]
    rng: np.random.Generator

    def run(self, cpu_s: float) -> Event:
        return self.pools[int(self.rng.integers(len(self.pools)))].run(cpu_s)


def p95_ms(sized: Sized, seen: Journeys) -> float:
    """95th percentile of the response times in a cell of this size; journeys are like ``seen``."""
    rng = np.random.default_rng(SEED)
    mix = requests_per_journey(seen)

    def stations(env: Environment) -> dict[str, Farm]:
        farms = {role.name: _farm(env, role, sized, rng) for role in sized.store.roles}
        for role in sized.store.roles:
            foreign = foreign_cpus(role, mix, sized)
            if foreign > 0:
                env.process(_fill(env, farms[role.name], foreign, _piece_s(role, mix)))
        return farms

    journeys = arrivals(seen, sized.journeys_per_s, WINDOW[1], rng)
    answers = simulate(stations, sized.store.flows, journeys, UNTIL_S, rng)
    intended_s = np.array([each.intended_s for each in answers])
    times_ms = np.array([each.response_ms for each in answers])
    return nearest_rank(times_ms[within(intended_s, WINDOW)], 0.95)


def _farm(env: Environment, role: Role, sized: Sized, rng: np.random.Generator) -> Farm:
    cpus = sized.assumed.instance_cpus - role.background
    return Farm([Pool(env, cpus) for _ in range(sized.instances[role.name])], rng)


def foreign_cpus(role: Role, mix: dict[str, float], sized: Sized) -> float:
    """CPUs of work that the instances of a role could have more, until they are at the target."""
    assumed = sized.assumed
    each = assumed.target * assumed.instance_cpus - role.background
    own = sized.journeys_per_s * cpu_s_per_journey(role, mix)
    return sized.instances[role.name] * each - own if own > 0 else 0.0


def _piece_s(role: Role, mix: dict[str, float]) -> float:
    """Mean CPU time of a request at a role, of those that come to it."""
    requests = sum(share for name, share in mix.items() if role.cpu_s.get(name, 0.0) > 0)
    return cpu_s_per_journey(role, mix) / requests


def _fill(env: Environment, farm: Farm, cpus: float, piece_s: float) -> Steps:
    while True:
        yield env.timeout(float(farm.rng.exponential(piece_s / cpus)))
        farm.run(piece_s)


def arrivals(
    seen: Journeys, rate: float, until_s: float, rng: np.random.Generator
) -> list[list[Step]]:
    """Poisson arrivals of journeys drawn from those that were seen, with their think times."""
    number = int(rng.poisson(rate * until_s))
    starts_s = np.sort(rng.uniform(0, until_s, number))
    chosen = rng.integers(len(seen), size=number)
    return [
        _moved(seen[index], float(start_s)) for index, start_s in zip(chosen, starts_s, strict=True)
    ]


def _moved(journey: Sequence[Step], start_s: float) -> list[Step]:
    return [
        Step(step.operation, step.planned_s - journey[0].planned_s + start_s) for step in journey
    ]


def requests_per_journey(seen: Journeys) -> dict[str, float]:
    """Mean number of requests of each operation."""
    counts: dict[str, float] = {}
    for journey in seen:
        for step in journey:
            counts[step.operation] = counts.get(step.operation, 0.0) + 1 / len(seen)
    return counts
