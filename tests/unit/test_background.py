"""Work repeated beside requests."""

import threading

from store.runtime.background import Background


def test_work_is_repeated_at_once_while_more_is_left() -> None:
    left, done = [3], threading.Event()

    def work() -> bool:
        left[0] -= 1
        if left[0] == 0:
            done.set()
        return left[0] > 0

    background = Background("test", 60.0, work)
    background.start()
    assert done.wait(10)
    background.stop()
    assert left == [0]


def test_work_that_fails_gets_its_next_turn() -> None:
    turns, done = [0], threading.Event()

    def work() -> bool:
        turns[0] += 1
        if turns[0] == 1:
            raise RuntimeError("an outage")
        done.set()
        return False

    background = Background("test", 0.001, work)
    background.start()
    assert done.wait(10)
    background.stop()


def test_nothing_runs_after_stop() -> None:
    running = threading.Event()

    def work() -> bool:
        running.set()
        return True

    background = Background("test", 0.0, work)
    background.start()
    assert running.wait(10)
    background.stop()
    assert not background._thread.is_alive()
