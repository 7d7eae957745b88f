"""What a closed loop never sent enters no metric of its arm, and the report says how much."""

import html
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from analysis.comparison import expected_sign
from analysis.limits import limits_of
from analysis.measured import MeasuredRun, load_run
from analysis.money.prices import default_prices
from analysis.page import render
from analysis.summary import summarise
from analysis.tables import outcome_rows
from experiment.record import RunFolder, write_json
from experiment.store import Arm

CLOSED = "microservices"


@pytest.fixture
def folder(make: Callable[..., RunFolder]) -> RunFolder:
    """Two blocks; in the closed arm, all requests that failed were omitted instead."""
    folder = make(blocks=2, failed_share={"monolith": 0.5, CLOSED: 0.5})
    plan = folder.read_plan()
    first, second = plan.scenario.arms
    arms = (first, Arm.model_validate({**second.model_dump(), "loop": "closed"}))
    scenario = plan.scenario.model_copy(update={"arms": arms})
    write_json(folder.plan, plan.model_copy(update={"scenario": scenario}))
    for block in (1, 2):
        _omit_failures(folder, block)
    return folder


def _omit_failures(folder: RunFolder, block: int) -> None:
    file = folder.trial(block, CLOSED).requests
    rows = pq.read_table(file)
    failed = pc.not_equal(rows["outcome"], "ok")
    for name, absent in (
        ("outcome", "omitted"),
        ("sent_s", None),
        ("ended_s", None),
        ("status", None),
    ):
        column, kind = rows.schema.get_field_index(name), rows.schema.field(name)
        values = pc.if_else(failed, pa.scalar(absent, kind.type), rows[name])
        rows = rows.set_column(column, kind, values)
    pq.write_table(rows, file)


def _omitted(run: MeasuredRun) -> int:
    return len(run.omitted(CLOSED))


def test_omitted_requests_count_neither_as_failed_nor_as_intended(folder: RunFolder) -> None:
    run = load_run(folder)
    assert _omitted(run) > 0
    assert not any(trial.requests["failed"].any() for trial in run.of(CLOSED))
    blocks = summarise(run).primary.blocks
    assert [block.treatment for block in blocks] == [0.0, 0.0]
    assert all(block.reference > 0.4 for block in blocks)


def test_the_report_says_how_much_was_omitted(folder: RunFolder) -> None:
    run = load_run(folder)
    (said,) = [says for says in limits_of(run, summarise(run)) if "closed loop" in says]
    assert f"{_omitted(run):,} of its" in said
    outcomes = {row.heading: row.cells for row in outcome_rows(run)}
    assert outcomes["omitted"] == ("0", f"{_omitted(run):,}")
    assert said in html.unescape(render(run, summarise(run), [], default_prices()))


@pytest.mark.parametrize(
    ("expectation", "sign"),
    [
        ("lower in microservices", -1),
        ("higher in microservices", 1),
        ("lower in monolith", 1),
        ("higher in monolith", -1),
    ],
)
def test_an_expectation_names_either_arm(folder: RunFolder, expectation: str, sign: int) -> None:
    run = load_run(folder)
    metric = run.scenario.primary.model_copy(update={"expectation": expectation})
    assert expected_sign(run.treatment, metric) == sign
