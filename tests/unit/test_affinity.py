import os
from collections.abc import Collection
from pathlib import Path

import pytest

from testbed.platforms.machine.affinity import move_to, on_cpus, split


def test_the_generator_gets_the_last_core_and_the_store_the_others() -> None:
    cores = split({0, 1, 2, 5})
    assert (cores.store, cores.generator) == ({0, 1, 2}, {5})
    assert cores.says == "store on cores 0, 1, 2, generator on core 5"


def test_a_single_core_is_shared_and_that_is_said() -> None:
    cores = split({3})
    assert cores.store == cores.generator == {3}
    assert cores.says == "store and generator share the only core"


def test_cores_are_given_back_after_the_start() -> None:
    before = os.sched_getaffinity(0)
    with on_cpus({min(before)}):
        assert os.sched_getaffinity(0) == {min(before)}
    assert os.sched_getaffinity(0) == before


def test_a_thread_that_has_ended_meanwhile_keeps_no_other_where_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moved = []

    def move(thread: int, _: Collection[int]) -> None:
        moved.append(thread)
        if thread == 1:
            raise ProcessLookupError

    monkeypatch.setattr(Path, "iterdir", lambda folder: map(folder.joinpath, ("1", "2")))
    monkeypatch.setattr(os, "sched_setaffinity", move)
    move_to({0}, [1])
    assert moved == [1, 2]
