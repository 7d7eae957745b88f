import pytest

from testbed.bench.stores.limits import ceilings


def test_on_one_core_process_and_database_share_it() -> None:
    lowest = ceilings(
        process_ms=1.5, database_ms=0.5, wall_ms=2.5, cores=1, threads=16, is_one_process=True
    )[0]
    assert lowest.per_s == pytest.approx(500)
    assert lowest.name == "CPU of the process (75%) and the database"


def test_with_cores_to_spare_one_process_is_its_own_limit() -> None:
    lowest = ceilings(
        process_ms=1.5, database_ms=0.5, wall_ms=2.5, cores=4, threads=16, is_one_process=True
    )[0]
    assert lowest.name == "CPU of the process alone"
    assert lowest.per_s == pytest.approx(1000 / 1.5)


def test_several_processes_use_as_many_cores_as_there_are() -> None:
    lowest = ceilings(
        process_ms=1.5, database_ms=0.5, wall_ms=2.5, cores=4, threads=16, is_one_process=False
    )[0]
    assert lowest.per_s == pytest.approx(2000)


def test_requests_that_wait_long_are_against_the_threads() -> None:
    lowest = ceilings(
        process_ms=1.0, database_ms=1.0, wall_ms=100.0, cores=1, threads=16, is_one_process=True
    )[0]
    assert lowest.name == "16 request threads"
    assert lowest.per_s == pytest.approx(160)
