"""Cores of their own for instances: the same rule for each store, on machines of any size."""

from collections import Counter
from pathlib import Path

import pytest

from experiment.errors import InputError
from experiment.scenario import Scenario
from experiment.store import Arm, Budget
from testbed import platforms
from testbed.deploying import deployment_of
from testbed.planning import factors_of
from testbed.platforms.machine.affinity import split
from testbed.platforms.machine.spread import Spread, require_cores
from testbed.platforms.store.blueprint import Blueprint
from testbed.scenarios import FOLDER, find

OUTAGE = find("outage-one-service")


def own_cores(*arms: Arm) -> Scenario:
    budget = OUTAGE.budget.model_copy(update={"cores": "own"})
    return OUTAGE.model_copy(update={"budget": budget, "arms": arms or OUTAGE.arms})


def spread_of(arm: Arm, machine: int) -> tuple[Spread, list[str]]:
    """Of an arm on a machine with that number of cores, and the names of its instances."""
    deployment = deployment_of(own_cores(arm, OUTAGE.arms[1]), arm)
    names = Blueprint(deployment, Path("/run"), {}).names
    return Spread(deployment.core_use, split(range(machine)), names), names


@pytest.mark.parametrize("machine", [1, 2, 4, 8])
def test_shared_is_what_it_always_was(machine: int) -> None:
    cores = split(range(machine))
    spread = Spread("shared", cores, ["a-1", "b-1"])
    assert spread.of_instance("a-1") == spread.of_instance("c-9") == cores.store
    assert (spread.of_shared, spread.says) == (cores.store, cores.says)


@pytest.mark.parametrize("machine", [1, 2, 3])
def test_too_few_cores_are_refused_in_one_sentence(machine: int) -> None:
    with pytest.raises(InputError, match=rf"needs 4 cores: .* here are {machine}, so leave it out"):
        Spread("own", split(range(machine)))
    require_cores("shared", split(range(machine)))


@pytest.mark.parametrize(("machine", "most", "cores"), [(4, 5, {1, 2}), (8, 2, set(range(1, 7)))])
def test_ten_services_are_handed_out_evenly(machine: int, most: int, cores: set[int]) -> None:
    spread, names = spread_of(Arm(name="services", architecture="microservices"), machine)
    taken = Counter(core for name in names for core in spread.of_instance(name))
    assert (set(taken), max(taken.values())) == (cores, most)
    assert max(taken.values()) - min(taken.values()) <= 1


@pytest.mark.parametrize("machine", [4, 8])
def test_both_stores_have_the_same_rule(machine: int) -> None:
    """The n-th instance of either has the same core; so have edge and databases."""
    wanted = Arm(name="monolith", architecture="monolith", instances={"monolith": 10})
    monolith, copies = spread_of(wanted, machine)
    services, parts = spread_of(Arm(name="services", architecture="microservices"), machine)
    assert [*map(monolith.of_instance, copies)] == [*map(services.of_instance, parts)]
    assert monolith.of_shared == services.of_shared == {0}
    assert not any(0 in services.of_instance(name) for name in parts)
    assert not any(machine - 1 in services.of_instance(name) for name in parts)


def test_an_instance_keeps_its_core_and_a_new_one_takes_the_next_turn() -> None:
    spread = Spread("own", split(range(4)), ["a-1", "b-1", "c-1"])
    assert spread.of_instance("b-1") == {2}
    assert [spread.of_instance(name) for name in ("a-2", "b-1", "a-3")] == [{2}, {2}, {1}]


def test_cores_that_are_not_ours_are_left_alone() -> None:
    """As in a container that was given some: numbers need not begin at 0."""
    spread = Spread("own", split({2, 3, 6, 7}), ["a-1", "b-1"])
    assert (spread.of_shared, spread.of_instance("a-1"), spread.of_instance("b-1")) == (
        {2},
        {3},
        {6},
    )


def test_an_instance_starts_on_its_own_core_and_says_so() -> None:
    spread = Spread("own", split(range(4)), ["a-1", "b-1"])
    assert spread.of_instance("b-1") == {2}
    assert spread.says == (
        "edge and databases on core 0, "
        "instances one after another on cores 1, 2, generator on core 3"
    )


def test_it_is_among_the_factors_of_every_run_that_asks_for_it() -> None:
    assert "cores of instances" in factors_of(own_cores())
    assert "cores of instances" not in factors_of(OUTAGE)


def test_a_machine_or_a_cluster_that_cannot_is_named_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for machine in (2, 8):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, n=machine: set(range(n)))
        if machine == 8:
            platforms.require_possible("local", own_cores())
            continue
        with pytest.raises(InputError, match="needs 4 cores"):
            platforms.require_possible("local", own_cores())
    with pytest.raises(InputError, match="none a core of its own"):
        platforms.require_possible("kubernetes", own_cores())


def test_another_word_is_refused_in_one_sentence(tmp_path: Path) -> None:
    text = (FOLDER / "outage-one-service.toml").read_text(encoding="utf-8")
    file = tmp_path / "outage-one-service.toml"
    file.write_text(text.replace("[budget]\n", '[budget]\ncores = "mine"\n'), encoding="utf-8")
    with pytest.raises(InputError, match=r"budget\.cores: Input should be 'shared' or 'own'"):
        find(str(file))
    assert Budget(cpus=1.0, memory_mb=512).cores == "shared"
