import numpy as np
import pytest
from simpy import Environment

from projection.flow import Flow, Fork, Series, Wait, Work
from projection.network import Answered, Step, simulate
from projection.pool import Pool

OTHERS: dict[str, Flow] = {"only-a": Work("a", 0.2), "only-b": Work("b", 0.2)}


def walked(flow: Flow, journeys: list[list[Step]], *, shared: bool = False) -> list[Answered]:
    def stations(env: Environment) -> dict[str, Pool]:
        one = Pool(env, 1.0)
        return {"a": one, "b": one if shared else Pool(env, 1.0)}

    return simulate(stations, {"ask": flow, **OTHERS}, journeys, 1e6, np.random.default_rng(1))


def alone(flow: Flow, *, shared: bool = False) -> float:
    (answer,) = walked(flow, [[Step("ask", 1.0)]], shared=shared)
    return answer.response_ms


PARTS = (Work("a", 0.1), Work("b", 0.2))


def test_parts_in_a_series_add_up() -> None:
    assert alone(Series((*PARTS, Wait((0.05,))))) == pytest.approx(350)


def test_parts_beside_each_other_take_as_long_as_the_longer() -> None:
    assert alone(Fork(PARTS)) == pytest.approx(200)


def test_parts_beside_each_other_on_one_cpu_save_nothing() -> None:
    assert alone(Fork(PARTS), shared=True) == pytest.approx(300)


def test_under_load_a_fork_lies_between_its_longest_part_and_all_its_parts() -> None:
    random = np.random.default_rng(5)
    at_s = np.cumsum(random.exponential(1 / 4.5, 20_000))  # each station at 60 %
    names = random.choice(["ask", *OTHERS], len(at_s))
    journeys = [[Step(str(name), float(at))] for name, at in zip(names, at_s, strict=True)]
    equal = (Work("a", 0.2), Work("b", 0.2))
    answers = walked(Fork(equal), journeys)
    forked, only_a, only_b = (
        np.mean([each.response_ms for each in answers if each.operation == name])
        for name in ("ask", *OTHERS)
    )
    assert 1.1 * max(only_a, only_b) < forked < 0.9 * (only_a + only_b)


def test_a_step_begins_when_the_step_before_has_ended() -> None:
    first, second = walked(Work("a", 2.0), [[Step("ask", 0.0), Step("ask", 1.0)]])
    assert (first.ended_s, second.intended_s, second.ended_s) == (2.0, 2.0, 4.0)


def test_a_step_waits_for_the_time_it_was_scheduled_for() -> None:
    _, second = walked(Work("a", 1.0), [[Step("ask", 0.0), Step("ask", 5.0)]])
    assert second.intended_s == 5.0
