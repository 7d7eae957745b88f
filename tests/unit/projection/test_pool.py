from collections.abc import Callable

import numpy as np
import pytest
from simpy import Environment, Event

from projection.network import Steps
from projection.pool import Pool

Draw = Callable[[np.random.Generator], float]


def times_of(pool_cpus: float, jobs: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Work and response time of jobs of (arrival, work), in the order of their ends."""
    env = Environment()
    pool = Pool(env, pool_cpus)
    done: list[tuple[float, float]] = []

    def job(at_s: float, cpu_s: float) -> Steps:
        yield env.timeout(at_s)
        yield pool.run(cpu_s)
        done.append((cpu_s, env.now - at_s))

    for each in jobs:
        env.process(job(*each))
    env.run()
    return done


def poisson(rate: float, draw: Draw, n: int = 60_000) -> list[tuple[float, float]]:
    random = np.random.default_rng(3)
    at_s = np.cumsum(random.exponential(1 / rate, n))
    return [(float(each), draw(random)) for each in at_s]


@pytest.mark.long
@pytest.mark.parametrize("load", [0.3, 0.7])
@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(lambda random: random.exponential(1.0), id="M/M/1"),
        pytest.param(lambda _: 1.0, id="M/D/1"),
        pytest.param(lambda random: 0.5 if random.random() < 0.9 else 5.5, id="M/H/1"),
    ],
)
def test_the_mean_time_under_processor_sharing_is_known_and_the_same_for_all_sorts_of_work(
    draw: Draw, load: float
) -> None:
    found = np.mean([time_s for _, time_s in times_of(1.0, poisson(load, draw))])
    assert found == pytest.approx(1 / (1 - load), rel=0.06)


@pytest.mark.long
def test_a_job_takes_in_the_mean_its_own_work_over_what_is_free() -> None:
    done = times_of(1.0, poisson(0.6, lambda random: 0.5 if random.random() < 0.9 else 5.5))
    long = np.mean([time_s for cpu_s, time_s in done if cpu_s > 1])
    assert long == pytest.approx(5.5 / (1 - 0.6), rel=0.08)


def test_a_job_alone_takes_its_cpu_time() -> None:
    assert times_of(1.0, [(0.0, 0.3)]) == [(0.3, pytest.approx(0.3))]


def test_jobs_beyond_the_cpus_share_them_equally() -> None:
    assert times_of(1.0, [(0.0, 1.0), (0.0, 2.0)]) == [
        (1.0, pytest.approx(2.0)),
        (2.0, pytest.approx(3.0)),
    ]


def test_jobs_up_to_the_number_of_cpus_do_not_disturb_each_other() -> None:
    assert times_of(2.0, [(0.0, 1.0), (0.0, 2.0)]) == [
        (1.0, pytest.approx(1.0)),
        (2.0, pytest.approx(2.0)),
    ]


def test_half_a_cpu_takes_twice_as_long() -> None:
    assert times_of(0.5, [(1.0, 1.0)]) == [(1.0, pytest.approx(2.0))]


def test_a_pool_counts_the_cpu_time_that_it_gave() -> None:
    env = Environment()
    pool = Pool(env, 1.0)
    ends: list[Event] = [pool.run(each) for each in (0.2, 0.5, 0.0)]
    env.run(env.all_of(ends))
    assert pool.busy_s == pytest.approx(0.7)
