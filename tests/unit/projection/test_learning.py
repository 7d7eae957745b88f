from pathlib import Path

import numpy as np
import pytest
from made_ladder import (
    BACKGROUND,
    OPERATIONS,
    OUTSIDE_S,
    WAIT_S,
    World,
    make_ladder,
    total_s,
)

from analysis.measured import load_run
from experiment.errors import InputError
from experiment.store import Architecture
from projection.demands import estimate, learnable
from projection.observed import Load, read_loads, split
from projection.prediction import predict
from projection.roles import proportional
from projection.store import Store, learn


def loads_of(path: Path, architecture: Architecture, world: World | None = None) -> list[Load]:
    folder = make_ladder(path / "run", world)
    return read_loads(folder, load_run(folder), architecture)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> list[Load]:
    return loads_of(tmp_path_factory.mktemp("ladder"), "microservices")


@pytest.fixture(scope="module")
def learnt(services: list[Load]) -> Store:
    return learn("microservices", split(services)[0], 1.0)


def test_every_second_load_is_held_out_in_the_order_of_their_rates(services: list[Load]) -> None:
    learnt, held_out = split(services)
    assert [load.journeys_per_s for load in learnt] == [20.0, 60.0]
    assert [load.journeys_per_s for load in held_out] == [40.0, 80.0]


def test_demands_come_out_as_they_are(services: list[Load]) -> None:
    found = estimate(split(services)[0], 1.0)
    for name in OPERATIONS:
        assert found.cpu_s[name] == pytest.approx(total_s("microservices", name), rel=0.1)
    assert found.background == pytest.approx(BACKGROUND, abs=0.015)


def test_what_is_no_cpu_time_comes_out_as_a_wait(services: list[Load]) -> None:
    found = estimate(split(services)[0], 1.0).wait_s
    assert np.mean(found["checkout"]) == pytest.approx(OUTSIDE_S + WAIT_S, rel=0.1)
    assert np.mean(found["recommend"]) == pytest.approx(WAIT_S, abs=0.001)


def test_each_role_has_the_work_that_is_its_own(learnt: Store) -> None:
    roles = {role.name: role for role in learnt.roles}
    assert roles["orders"].cpu_s["checkout"] == pytest.approx(0.016, rel=0.15)
    assert roles["orders"].cpu_s["list-products"] == 0
    assert roles["catalog"].visits["list-products"] == pytest.approx(1, abs=0.1)


def test_roles_share_all_cpu_time_of_the_store(services: list[Load], learnt: Store) -> None:
    taught = split(services)[0]
    seconds = sum(load.seconds for load in taught)
    asked = [load.requests["operation"].value_counts() for load in taught]
    explained = sum(
        role.background * seconds
        + sum(role.cpu_s[name] * n for each in asked for name, n in each.items())
        for role in learnt.roles
    )
    assert explained == pytest.approx(sum(load.used * load.seconds for load in taught), rel=1e-6)


def test_a_store_that_shares_fairly_is_foretold_within_the_limits(
    services: list[Load], learnt: Store
) -> None:
    found = predict(learnt, {"held out": split(services)[1]}, 1.0)
    assert [each.part for each in found] == ["held out", "held out"]
    assert all(each.is_within for each in found)


def test_a_store_that_got_slower_is_not_foretold(services: list[Load], learnt: Store) -> None:
    found = predict(learnt, {"held out": split(services)[1]}, 0.75)
    assert not all(each.is_within for each in found)


def test_a_load_that_fills_the_store_teaches_nothing(tmp_path: Path) -> None:
    loads = loads_of(tmp_path, "microservices", World(factors=(1.0, 1.5, 2.0, 6.0), rate=20.0))
    assert [load.journeys_per_s for load in learnable(loads, 1.0)] == [20.0, 30.0, 40.0]


def test_one_load_is_too_few_to_learn_from(services: list[Load]) -> None:
    with pytest.raises(InputError, match="Demands take two loads at least"):
        learnable(services[:1], 1.0)


def test_proportional_fitting_keeps_zeros_and_meets_both_sums() -> None:
    pattern = np.array([[1.0, 0.0], [1.0, 1.0]])
    found = proportional(pattern, np.array([2.0, 6.0]), np.array([5.0, 3.0]))
    assert found[0, 1] == 0
    assert found.sum(axis=1) == pytest.approx([2, 6])
    assert found.sum(axis=0) == pytest.approx([5, 3])
