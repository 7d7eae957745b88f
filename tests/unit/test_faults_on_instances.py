"""Whom a fault on instances hits, and what it leaves behind, on a store in memory."""

import threading
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace

import pytest

from experiment.errors import RunError
from testbed.faults import instances
from testbed.faults.instances import Replaced
from testbed.faults.kill import kill, slow_start
from testbed.faults.later import Later
from testbed.faults.restart import restart
from testbed.platforms.platform import Instance

WITHIN_S = 5.0


@dataclass
class Machines:
    """The part of a running store that has instances."""

    running: dict[str, Instance]
    calls: list[tuple[str, float]] = field(default_factory=list)
    started: threading.Event = field(default_factory=threading.Event)

    def instances(self) -> list[Instance]:
        return list(self.running.values())

    def kill(self, names: Collection[str]) -> None:
        self._end("kill", names)

    def withdraw(self, names: Collection[str]) -> None:
        self._end("withdraw", names)

    def start_again(self, names: Collection[str], slower_by_s: float = 0.0) -> None:
        self.calls.append(("start", slower_by_s))
        for name in names:
            each = self.running[name]
            if not each.alive:
                self.running[name] = replace(each, pid=each.pid + 100, alive=True)
        self.started.set()

    def _end(self, how: str, names: Collection[str]) -> None:
        self.calls.append((how, 0.0))
        for name in names:
            self.running[name] = replace(self.running[name], alive=False)


def _store(*names: str) -> Machines:
    made = (
        Instance(name.rpartition("-")[0], name, "http://127.0.0.1:1", number, alive=True)
        for number, name in enumerate(names, start=1)
    )
    return Machines({instance.name: instance for instance in made})


TWO = ("carts-1", "carts-2")


def test_instances_of_the_role_are_hit_where_it_has_any() -> None:
    store = _store("carts-1", "carts-2", "orders-1")
    assert instances.hit(store, "carts", 1.0, seed=1) == ["carts-1", "carts-2"]


def test_the_instances_of_the_monolith_play_the_part_of_every_role() -> None:
    store = _store("monolith-1", "monolith-2")
    assert instances.hit(store, "carts", 1.0, seed=1) == ["monolith-1", "monolith-2"]


@pytest.mark.parametrize(
    ("share", "of", "hit"), [(0.01, 4, 1), (0.3, 10, 3), (0.5, 4, 2), (1.0, 3, 3)]
)
def test_a_share_of_the_instances_is_hit_but_one_at_least(share: float, of: int, hit: int) -> None:
    names = [f"carts-{number}" for number in range(of)]
    assert len(instances.chosen(names, share, seed=1)) == hit


def test_the_seed_alone_decides_which_instances_are_hit() -> None:
    names = [f"carts-{number}" for number in range(4)]
    drawn = [tuple(instances.chosen(names, 0.25, seed)) for seed in range(200)]
    assert drawn == [tuple(instances.chosen(names, 0.25, seed)) for seed in range(200)]
    assert min(Counter(drawn).values()) > 25


def test_the_killed_stay_dead_until_the_fault_is_lifted() -> None:
    store = _store(*TWO)
    fault = kill(store, ["carts-1"], restart_after_s=None)
    fault.inject()
    assert [each.alive for each in store.instances()] == [False, True]
    assert fault.bite().felt
    fault.lift()
    fault.lift()
    assert [(each.alive, each.pid) for each in store.instances()] == [(True, 101), (True, 2)]


def test_the_killed_can_return_before_the_fault_is_lifted() -> None:
    store = _store(*TWO)
    fault = kill(store, TWO, restart_after_s=0.001)
    fault.inject()
    assert store.started.wait(WITHIN_S)
    assert fault.bite().says == "of carts-1, carts-2 0 were gone, 2 were replaced"
    fault.lift()
    assert [each.pid for each in store.instances()] == [101, 102]


def test_a_lift_calls_off_what_has_not_begun() -> None:
    store = _store(*TWO)
    fault = kill(store, TWO, restart_after_s=3600.0)
    fault.inject()
    fault.lift()
    assert store.calls == [("kill", 0.0), ("start", 0.0)]


def test_the_successors_of_slow_starters_begin_at_once() -> None:
    store = _store(*TWO)
    fault = slow_start(store, TWO, start_s=2.5)
    fault.inject()
    assert store.started.wait(WITHIN_S)
    fault.lift()
    assert store.calls[:2] == [("kill", 0.0), ("start", 2.5)]


def test_a_restart_stops_in_order_and_starts_again() -> None:
    store = _store(*TWO)
    fault = restart(store, TWO)
    fault.inject()
    assert store.started.wait(WITHIN_S)
    fault.lift()
    assert store.calls[:2] == [("withdraw", 0.0), ("start", 0.0)]


def test_an_instance_that_lives_on_has_not_felt_a_kill() -> None:
    store = _store(*TWO)
    fault = Replaced(store, TWO, end=lambda: None, after_s=None, return_=lambda: None)
    fault.inject()
    bite = fault.bite()
    assert (bite.felt, bite.says) == (False, "of carts-1, carts-2 0 were gone, 0 were replaced")


def test_a_start_that_fails_beside_the_trial_is_told_at_the_lift() -> None:
    failed = threading.Event()

    def fail() -> None:
        failed.set()
        raise RunError("it does not start")

    later = Later(0.0, fail)
    assert failed.wait(WITHIN_S)
    with pytest.raises(RunError, match="it does not start"):
        later.end()
