"""The books as a reader of the report sees them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis import books, guarantees
from analysis.export import export_csv
from analysis.measured import load_run
from analysis.statistics import upper_bound_of_share
from analysis.wording import NOTHING
from experiment.record import RunFolder, write_json
from experiment.rows import LIMBO
from tests.unit.analysis.drawing import drawn, undrawn_page

Make = Callable[..., RunFolder]
INVARIANTS = {
    "I4": {"says": "a confirmed order is paid once and in full", "checks": 80},
    "I6": {"says": "no reservation outlives its time", "checks": 0},
}


def audited(folder: RunFolder, arm: str, **changes: Any) -> RunFolder:
    """Every trial of the arm has found this."""
    content = {
        "orders": 1000, "acknowledged": 990, "settled_after_s": 1.25, "violations": [],
        "checkouts": {"ok": 990, "fail": 7, "info": 12}, "repeated": 300,
        "ledger_compared": True, "invariants": INVARIANTS, **changes,
    }  # fmt: skip
    for file in folder.path.glob(f"block-*/{arm}/audit.json"):
        file.write_bytes(orjson.dumps(content))
    return folder


def watched(folder: RunFolder) -> RunFolder:
    """The scenario asked for what is in limbo, and each trial was asked."""
    plan = folder.read_plan()
    scenario = plan.scenario.model_copy(update={"watch_limbo": True})
    lines = {"monolith": {"orders": 90}, "microservices": {"orders": 210, "relay": 30}}
    write_json(folder.plan, plan.model_copy(update={"scenario": scenario, "checkout_lines": lines}))
    row = {"cents": 900, "pieces": 2, "unfinished": 1, "undelivered": 0, "took_ms": 3.0}
    gap = dict.fromkeys(("cents", "pieces", "unfinished", "undelivered"))
    rows = [{**row, "t_s": 1.0}, {**row, **gap, "t_s": 2.0}, {**row, "t_s": 3.0}]
    for trial in folder.path.glob("block-*/*/run.json"):
        pq.write_table(pa.Table.from_pylist(rows, LIMBO), trial.with_name("limbo.parquet"))
    return folder


def test_a_bound_is_the_share_at_which_so_few_would_be_seen_once_in_twenty() -> None:
    assert upper_bound_of_share(0, 1000) == pytest.approx(3 / 1000, rel=0.01)
    assert upper_bound_of_share(1, 10) == pytest.approx(0.3942, abs=1e-4)
    assert upper_bound_of_share(10, 10) == 1.0


def test_each_invariant_tells_checks_violations_and_their_bound_by_arm(make: Make) -> None:
    folder = audited(make(blocks=2), "monolith")
    twice = {"invariant": "I4", "detail": "paid twice"}
    audited(folder, "microservices", violations=[twice])
    paid, reserved = books.invariant_rows(load_run(folder))
    assert paid.heading == "I4: a confirmed order is paid once and in full"
    assert paid.cells == ("160", "0", "0, below 15.0", "160", "2", "10.0, below 31.4")
    assert paid.strong
    assert reserved.cells == ("0", "0", NOTHING, "0", "0", NOTHING)
    assert not reserved.strong


def test_each_trial_tells_what_clients_know_and_when_it_was_at_rest(make: Make) -> None:
    many = [{"invariant": "I4", "detail": f"wrong {number}"} for number in range(5)]
    folder = audited(make(blocks=1), "monolith", violations=many)
    audited(folder, "microservices")
    rows = {row.heading: row for row in books.trial_rows(load_run(folder))}
    clean, broken = rows["block 1, microservices"], rows["block 1, monolith"]
    assert clean.cells == ("1,000", "990 / 7 / 12", "300", NOTHING, "1.25", "none")
    assert broken.cells[-1] == "I4: wrong 0; I4: wrong 1; I4: wrong 2; and 2 more"
    assert (clean.strong, broken.strong) == (False, True)


def test_audits_of_old_are_shown_as_far_as_they_go(make: Make) -> None:
    run = load_run(make(blocks=1))
    assert not books.is_counted(run)
    assert books.trial_rows(run)[0].cells == (
        "40",
        f"40 / {NOTHING} / {NOTHING}",
        NOTHING,
        NOTHING,
        NOTHING,
        "none",
    )


def test_a_run_that_watched_its_limbo_draws_exports_and_prices_it(
    make: Make, tmp_path: Path
) -> None:
    folder = watched(audited(audited(make(blocks=2), "monolith"), "microservices"))
    run = load_run(folder)
    page = undrawn_page(run)
    assert drawn("limbo", run)
    assert 'src="#limbo"' in page
    assert "Money and stock in limbo" in page
    assert "What the same guarantees cost" in page
    exported = export_csv(folder, tmp_path / "csv")
    limbo = next(file for file in exported.files if file.name == "limbo.csv")
    assert len(limbo.read_text().splitlines()) == 1 + 4 * 3


def test_a_run_that_did_not_watch_has_no_figure_of_it(make: Make, tmp_path: Path) -> None:
    folder = make(blocks=1)
    assert "#limbo" not in undrawn_page(load_run(folder))
    assert [file.name for file in export_csv(folder, tmp_path / "csv").files] == [
        "requests.csv",
        "samples.csv",
    ]


def test_the_price_of_a_checkout_is_that_of_confirmed_ones_in_calm_phases(make: Make) -> None:
    run = load_run(watched(make(blocks=2)))
    trials = tuple(
        replace(trial, requests=trial.requests.assign(operation="checkout", status=201))
        for trial in run.trials
    )
    rows = {row.heading: row.cells for row in guarantees.rows(replace(run, trials=trials))}
    calm = sum(len(t.requests[t.requests["phase"] == "baseline"]) for t in trials) // 2
    assert rows["confirmed checkouts"] == (f"{calm:,}",) * 2
    p50_ms = [float(cell) for cell in rows["checkout p50, ms"]]
    assert p50_ms == [pytest.approx(20, rel=0.1), pytest.approx(30, rel=0.1)]
    assert rows["lines of code of checkout"] == ("90", "240")
    assert rows["lines: relay"] == (NOTHING, "30")


def test_a_checkout_that_was_never_confirmed_has_no_price(make: Make) -> None:
    rows = {row.heading: row.cells for row in guarantees.rows(load_run(watched(make(blocks=1))))}
    assert rows["CPU per confirmed checkout, ms"] == (NOTHING, NOTHING)
    assert rows["checkout p95, ms"] == ("needs 59", "needs 59")
