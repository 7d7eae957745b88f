from typing import cast

import pytest

from experiment.errors import RunError
from testbed.platforms.running import Look, Running
from testbed.platforms.store.restarts import MOST, WITHIN_S, Restarts, ended


class Server:
    last_words = "its log x.log ends: started\nOut of memory"


class Seen:
    """A look that finds these processes."""

    def __init__(self, *pids: int) -> None:
        self._pids = [1, *pids]

    def pids(self, _: Running) -> list[int]:
        return self._pids


def _noted(*looks: Seen, every_s: float = 1.0) -> None:
    times = iter(range(1000))
    restarts = Restarts(clock=lambda: next(times) * every_s)
    for look in looks:
        restarts.note("carts-1", cast("Running", Server()), cast("Look", look))


def test_a_worker_that_ends_again_and_again_is_said_with_its_last_line() -> None:
    with pytest.raises(RunError, match=r"carts-1 has lost its worker 3 times .*Out of memory$"):
        _noted(*(Seen(pid) for pid in range(10, 11 + MOST)))


def test_it_is_noticed_between_two_workers_as_well() -> None:
    with pytest.raises(RunError, match="has lost its worker"):
        _noted(Seen(10), Seen(), Seen(11), Seen(), Seen(12), Seen())


def test_a_worker_that_was_replaced_once_is_no_reason_to_stop() -> None:
    _noted(Seen(10), Seen(10), Seen(), Seen(11), *[Seen(11)] * 50)


def test_accidents_long_after_each_other_do_not_add_up() -> None:
    _noted(*(Seen(pid) for pid in range(10, 20)), every_s=WITHIN_S)


def test_what_comes_and_goes_beside_the_worker_does_not_count() -> None:
    _noted(*(Seen(10, pid) for pid in range(11, 60)))


def test_what_has_no_worker_loses_none() -> None:
    _noted(*[Seen()] * 10)


def test_what_has_ended_is_one_sentence() -> None:
    said = str(ended("The edge", cast("Running", Server())))
    assert said == (
        "The edge has ended, so the store is stopped; the last line of its log: Out of memory"
    )
