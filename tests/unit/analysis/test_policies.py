"""What policies did, in made-up trials whose counters are known."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.measured import MeasuredRun, load_run
from analysis.metrics import Measured, Unknown, measure
from analysis.policy_table import policy_rows
from analysis.trial import Trial
from experiment.journal import Journal
from experiment.metric import Metric
from experiment.record import RunFolder
from experiment.rows import LATER_COLUMNS, POLICY_COUNTERS, SAMPLES, write_rows
from tests.unit.analysis.drawing import drawn, undrawn_page

Make = Callable[..., RunFolder]
SENT_PER_CALL = Metric(
    metric="amplification",
    phase="outage",
    margin=0.1,
    expectation="higher in microservices",
    says="requests sent per call",
)


def count(file: Path, per_second: Mapping[str, Mapping[str, int]]) -> None:
    """Let counters of roles grow so fast from the start of the load on; all others stay zero."""
    rows = pq.read_table(file).to_pandas()
    for name in POLICY_COUNTERS:
        rates = rows["role"].map(lambda role, name=name: per_second.get(role, {}).get(name, 0))
        rows[name] = (rates * rows["t_s"].clip(lower=0)).round().astype("int64")
    write_rows(file, pa.Table.from_pandas(rows, schema=SAMPLES, preserve_index=False))


@pytest.fixture
def busy(make: Make) -> RunFolder:
    """The services' recommendations call ten times a second, and send 25 requests for that."""
    folder = make(blocks=1)
    count(folder.trial(1, "monolith").samples, {})
    of_role = {"calls": 10, "attempts": 25, "rejected": 3, "fallbacks": 1}
    count(folder.trial(1, "microservices").samples, {"recommendations": of_role})
    return folder


def trial(run: MeasuredRun, arm: str) -> Trial:
    return run.trial(arm, 1)


def test_amplification_is_what_was_sent_for_each_call_that_was_wanted(busy: RunFolder) -> None:
    run = load_run(busy)
    found = measure(trial(run, "microservices"), SENT_PER_CALL)
    assert isinstance(found, Measured)
    assert found.value == pytest.approx(2.5, rel=0.02)


def test_without_calls_there_is_no_amplification(busy: RunFolder) -> None:
    run = load_run(busy)
    found = measure(trial(run, "monolith"), SENT_PER_CALL)
    assert found == Unknown("no part of the store called another in the phase")


def test_a_record_from_before_calls_were_counted_is_read_and_says_so(make: Make) -> None:
    folder = make(blocks=1)
    samples = folder.trial(1, "monolith").samples
    old = pq.read_table(samples).drop_columns(list(LATER_COLUMNS))
    pq.write_table(old, samples)
    run = load_run(folder)
    found = measure(trial(run, "monolith"), SENT_PER_CALL)
    assert found == Unknown("calls were not counted when this was recorded")
    assert policy_rows(run) == []


def test_a_table_has_a_row_for_each_role_that_had_something_to_count(busy: RunFolder) -> None:
    rows = policy_rows(load_run(busy))
    assert {row.heading for row in rows} == {"microservices: recommendations"}
    assert [row.group for row in rows] == ["baseline", "outage", "recovery"]
    calls, per_call, *rest = rows[1].cells
    ((start_s, end_s),) = trial(load_run(busy), "microservices").windows_of("outage")
    assert int(calls) == pytest.approx(10 * (end_s - start_s), abs=1)
    assert per_call == "2.50"
    assert [cell != "0" for cell in rest] == [True, False, False, True, False, False]


def test_a_page_shows_policies_only_where_there_were_any(make: Make, busy: RunFolder) -> None:
    quiet = make(blocks=1)
    pages = [undrawn_page(load_run(folder)) for folder in (busy, quiet)]
    assert ["What the policies did" in page for page in pages] == [True, False]


def test_open_circuits_are_on_the_timeline_when_there_were_any(make: Make) -> None:
    folder = make(blocks=1)
    without = drawn("timeline", load_run(folder))
    with Journal(folder.trial(1, "microservices").events) as journal:
        for event, at_s in (("breaker-opened", 15.0), ("breaker-closed", 20.0)):
            members = {"role": "storefront", "instance": "storefront-1", "peer": "recommendations"}
            journal.write(event, actual_s=at_s, **members)
    run = load_run(folder)
    assert drawn("timeline", run) != without
    assert "Bars show when a circuit was open" in undrawn_page(run)


def test_counters_that_never_moved_are_zero_not_unknown(busy: RunFolder) -> None:
    samples: pd.DataFrame = trial(load_run(busy), "monolith").samples
    assert (samples["calls"] == 0).all()
