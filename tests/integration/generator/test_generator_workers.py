"""Several workers do what one process does: the whole schedule, each step once."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pandas as pd
import psutil
import pytest
from measuring import (
    generator,
    last_words,
    left_out,
    on_workers,
    recommendations,
    rows_in,
    summary_in,
)
from tiny_servers import Reply, Request, ScriptedServer, recommended, right

ARRIVALS = recommendations(*((index / 50, index) for index in range(100)))
MANY = recommendations(*((index / 50, index) for index in range(3_000)))
SOME = 40
BODY_BYTES = len('{"product_id":42,"recommendations":[{"product_id":1,"score":0.5}]}')


class Counted:
    """Right answers, counted."""

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, request: Request) -> tuple[float, Reply]:
        self.seen += 1
        return 0.0, right(recommended(request[1]))

    def wait_for(self, count: int) -> None:
        _until(lambda: self.seen >= count)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_two_workers_leave_what_one_process_would(tmp_path: Path) -> None:
    record = tmp_path / "not" / "there yet"
    tables = ("--csv", str(tmp_path / "locust"))
    with (
        ScriptedServer(Counted()) as target,
        generator(target, ARRIVALS, tmp_path, *on_workers(2), "--record", str(record), *tables),
    ):
        pass
    rows = rows_in(record)
    assert list(rows.seq) == list(range(100))
    assert set(rows.outcome) == {"ok"}
    summary = summary_in(record)
    assert summary["drained"]
    assert summary["workers"] == 2
    progress = orjson.loads((record / "progress.json").read_bytes())
    assert progress["good"] == progress["done"] == progress["scheduled"] == 100
    assert not list(record.glob("worker-*"))
    in_locusts_table = pd.read_csv(tmp_path / "locust_stats.csv").iloc[-1]
    assert in_locusts_table["Request Count"] == 100
    assert in_locusts_table["Average Content Size"] == pytest.approx(BODY_BYTES, abs=1)


@pytest.mark.long
def test_a_lost_worker_is_noticed_and_leaves_the_journeys_of_the_other(tmp_path: Path) -> None:
    script = Counted()
    with (
        ScriptedServer(script) as target,
        generator(target, MANY, tmp_path, *on_workers(2), exit_code=3) as master,
    ):
        script.wait_for(SOME)
        psutil.Process(master.pid).children()[0].kill()
        master.wait(timeout=20)
    reason = "was silent for more than 5 s, and its rows are missing"
    assert reason in last_words(tmp_path)
    rows = rows_in(tmp_path)
    kept = set(rows.seq % 2)
    assert len(kept) == 1
    assert list(rows.seq) == list(range(min(kept), rows.seq.max() + 1, 2))


@pytest.mark.long
def test_a_signal_ends_all_workers_and_keeps_what_was_measured(tmp_path: Path) -> None:
    script = Counted()
    with (
        ScriptedServer(script) as target,
        generator(target, MANY, tmp_path, *on_workers(2)) as master,
    ):
        script.wait_for(SOME + 2)
        workers = psutil.Process(master.pid).children()
        master.send_signal(signal.SIGTERM)
        master.wait(timeout=20)
    rows = rows_in(tmp_path)
    assert SOME <= len(rows) < MANY.num_rows
    assert summary_in(tmp_path)["rows"] == len(rows)
    assert left_out(MANY, rows) in (tmp_path / "generator.log").read_text()
    assert not any(worker.is_running() for worker in workers)
