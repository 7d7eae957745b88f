"""Every scheduled step has one row that says what became of it."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest
from measuring import measure, recommendations, summary_in
from tiny_servers import (
    LetGo,
    Reply,
    Request,
    ScriptedServer,
    Vanish,
    recommended,
    right,
    tiny_store,
)

from experiment.load import Load
from experiment.store import Sample
from loadtests.rates import Stretch
from loadtests.schedule import schedule

SAMPLE = Sample(products=100, customers=50, ratings=0)


START_DELAY_S = 2.5


@dataclass(frozen=True)
class Measured:
    arrivals: pd.DataFrame
    rows: pd.DataFrame
    folder: Path
    start_at: float
    first_request_at: float


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """A schedule of all journeys, run against a store that answers everything rightly."""
    mix = {"browse": 1, "search": 1, "recommend": 1, "buy": 1}
    load = Load.model_validate({"rate": 60, "mix": mix, "think_s": 0.05})
    arrivals = schedule(load, [Stretch(1.5, {})], SAMPLE, seed=3)
    folder, answer, begins = tmp_path_factory.mktemp("measured"), tiny_store(SAMPLE), []

    def script(request: Request) -> tuple[float, Reply]:
        begins.append(time.time())
        return answer(request)

    start_at = time.time() + START_DELAY_S
    with ScriptedServer(script) as target:
        rows = measure(target, arrivals, folder, "--start-at", str(start_at))
    return Measured(arrivals.to_pandas(), rows, folder, start_at, begins[0])


BLANK: Mapping[str, Any] = {"products": [], "hits": [], "orders": [], "total": 0}
"""What takes the place of the members of an answer that hold something."""


def test_a_store_whose_answers_are_blank_fails_wherever_something_is_known_to_be_there(
    tmp_path: Path,
) -> None:
    load = Load.model_validate(
        {"rate": 60, "mix": {"browse": 1, "search": 1, "buy": 1}, "think_s": 0.05}
    )
    arrivals, whole = schedule(load, [Stretch(1.0, {})], SAMPLE, seed=3), tiny_store(SAMPLE)

    def blank(request: Request) -> tuple[float, Reply]:
        delay_s, (status, document) = whole(request)
        return delay_s, (status, document | {k: BLANK[k] for k in BLANK.keys() & document.keys()})

    with ScriptedServer(blank) as target:
        rows = measure(target, arrivals, tmp_path)
    asked = {
        (row.seq, row.step): orjson.loads(row.choices)
        for row in arrivals.to_pandas().itertuples(index=False)
    }
    for row in rows.itertuples():
        has_some = asked[row.seq, row.step].get("total", 1) > 0
        lists = row.operation in ("list-products", "search", "list-orders")
        assert row.outcome == ("wrong" if lists and has_some else "ok")
    assert {"list-products", "search", "list-orders"} <= set(
        rows[rows.outcome == "wrong"].operation
    )


def test_every_step_of_a_schedule_has_its_row(measured: Measured) -> None:
    rows, arrivals = measured.rows, measured.arrivals
    keys = ["seq", "step", "journey", "operation", "feature"]
    pd.testing.assert_frame_equal(rows[keys], arrivals[keys])
    assert set(rows.outcome) == {"ok"}
    assert set(rows.instance) == {"tiny-1"}
    assert set(rows[rows.operation == "product-page"].degraded) == {"inventory"}


def test_steps_are_intended_as_scheduled_or_when_the_step_before_has_ended(
    measured: Measured,
) -> None:
    rows = measured.rows
    free_s = rows.groupby("seq").ended_s.shift(fill_value=0.0)
    assert (rows.intended_s == np.maximum(measured.arrivals.intended_s, free_s)).all()
    assert (rows.sent_s >= rows.intended_s).all()
    assert (rows.ended_s > rows.sent_s).all()


def test_the_load_begins_at_the_time_it_was_told(measured: Measured) -> None:
    first_at = measured.start_at + measured.rows.sent_s.min()
    assert abs(measured.first_request_at - first_at) < 0.2


def test_progress_and_summary_count_all_rows(measured: Measured) -> None:
    summary, count = summary_in(measured.folder), len(measured.arrivals)
    assert summary["drained"]
    assert summary["rows"] == summary["scheduled"] == count
    assert 0 <= summary["lateness_p50_ms"] <= summary["lateness_p99_ms"]
    progress = orjson.loads((measured.folder / "progress.json").read_bytes())
    assert progress["good"] == progress["sent"] == progress["done"] == count
    assert progress["in_flight"] == progress["bad"] == 0


@pytest.mark.alone
def test_the_ways_in_which_a_request_can_fail_are_told_apart(tmp_path: Path) -> None:
    fine, other, broken, vanishing, hanging, garbled, leaving = range(1, 8)

    def script(request: Request) -> tuple[float, Reply]:
        product = recommended(request[1])
        if product == vanishing:
            raise Vanish
        if product == leaving:
            raise LetGo(right(product))
        return {
            fine: (0.0, right(fine)),
            other: (0.0, right(fine)),
            broken: (0.0, (503, {"type": "/problems/dependency-unavailable"})),
            hanging: (30.0, right(hanging)),
            garbled: (0.0, (200, {})),
        }[product]

    arrivals = recommendations(
        (0.0, fine),
        (0.1, other),
        (0.2, garbled),
        (0.3, broken),
        (0.4, vanishing),
        (0.5, leaving),
        (0.7, fine),  # the kept connection is closed by now, which is not the store's failure
        (0.8, hanging),
        (0.9, hanging),
        (1.0, fine),  # at the cap
        (2.0, fine),
    )
    options = ("--deadline", "0.6", "--in-flight-cap", "2")
    with ScriptedServer(script) as target:
        rows = measure(target, arrivals, tmp_path, *options)
    assert list(zip(rows.outcome, rows.status.fillna(0), strict=True)) == [
        ("ok", 200),
        ("wrong", 200),
        ("wrong", 200),
        ("http_error", 503),
        ("reset", 0),
        ("ok", 200),
        ("ok", 200),
        ("timeout", 0),
        ("timeout", 0),
        ("dropped", 0),
        ("ok", 200),
    ]
    timeouts = rows[rows.outcome == "timeout"]
    assert ((timeouts.ended_s - timeouts.sent_s) - 0.6).abs().max() < 0.2
    assert rows[rows.outcome == "dropped"].sent_s.isna().all()
    assert summary_in(tmp_path)["max_in_flight"] == 2


def test_without_a_server_purchases_are_refused_and_their_later_steps_skipped(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    load = Load(rate=20, mix={"buy": 1}, arrivals="constant", think_s=0.01)
    arrivals = schedule(load, [Stretch(0.5, {})], SAMPLE, seed=1)
    rows = measure(f"http://127.0.0.1:{port}", arrivals, tmp_path)
    assert rows.groupby("operation").outcome.unique().map(list).to_dict() == {
        "product-page": ["refused"],
        "sign-in": ["refused"],
        "put-cart-item": ["skipped"],
        "checkout": ["skipped"],
        "list-orders": ["skipped"],
    }
