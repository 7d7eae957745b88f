import os

from testbed.platforms.machine.affinity import on_cpus, split


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
