"""Gates void a trial for the one thing that is wrong with it."""

from collections.abc import Callable
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.gates import gates_of
from experiment.journal import Journal
from experiment.record import RunFolder, TrialFolder
from experiment.rows import REQUESTS, SAMPLES

Make = Callable[..., RunFolder]


def failed(folder: RunFolder, arm: str = "microservices") -> dict[str, str]:
    gates = gates_of(folder.trial(1, arm), folder.arrivals(1))
    return {gate.name: gate.says for gate in gates if not gate.passed}


def change(file: Any, schema: pa.Schema, edit: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    rows = edit(pq.read_table(file).to_pandas())
    pq.write_table(pa.Table.from_pandas(rows, schema=schema, preserve_index=False), file)


def keep_events(trial: TrialFolder, keep: Callable[[dict[str, Any]], bool]) -> None:
    events = [orjson.loads(line) for line in trial.events.read_bytes().splitlines()]
    trial.events.write_bytes(b"".join(orjson.dumps(e) + b"\n" for e in events if keep(e)))


@pytest.mark.parametrize("arm", ["monolith", "microservices"])
def test_a_sound_trial_passes_all(make: Make, arm: str) -> None:
    folder = make(blocks=1)

    assert len(gates_of(folder.trial(1, arm), folder.arrivals(1))) == 6
    assert failed(folder, arm) == {}


def test_a_machine_that_never_came_to_rest_fails(make: Make) -> None:
    folder = make(blocks=1)
    file = folder.trial(1, "microservices").events
    file.write_bytes(file.read_bytes().replace(b'"idle":true', b'"idle":false'))

    assert list(failed(folder)) == ["idle machine"]


def test_what_needs_no_rest_has_no_gate_on_it(make: Make) -> None:
    folder = make(blocks=1)
    keep_events(folder.trial(1, "microservices"), lambda event: event["event"] != "machine-idle")

    gates = gates_of(folder.trial(1, "microservices"), folder.arrivals(1))
    assert "idle machine" not in {gate.name for gate in gates}


def test_a_lost_row_fails_the_rows_gate(make: Make) -> None:
    folder = make(blocks=1)
    change(folder.trial(1, "microservices").requests, REQUESTS, lambda rows: rows.iloc[:-1])

    assert failed(folder) == {"rows": "2,039 rows for 2,040 scheduled requests; they must be equal"}


def test_a_late_generator_fails_the_lateness_gate(make: Make) -> None:
    folder = make(blocks=1)

    def late(rows: pd.DataFrame) -> pd.DataFrame:
        rows.loc[rows.index % 50 == 0, "sent_s"] += 0.05
        return rows

    change(folder.trial(1, "microservices").requests, REQUESTS, late)

    assert list(failed(folder)) == ["lateness"]


def test_a_generator_that_is_saturated_in_one_phase_fails_its_gate(make: Make) -> None:
    folder = make(blocks=1)

    def hogged(rows: pd.DataFrame) -> pd.DataFrame:
        of_generator = rows["role"] == "generator"
        rows.loc[of_generator, "cpu_s"] += (rows["t_s"] - 14).clip(0, 12) * 0.65
        return rows

    change(folder.trial(1, "microservices").samples, SAMPLES, hogged)

    assert failed(folder) == {
        "generator CPU": "the load generator used 95% of its 1 core in its busiest phase; limit 85%"
    }


def test_a_generator_without_samples_fails_rather_than_passing_for_idle(make: Make) -> None:
    folder = make(blocks=1)
    samples = folder.trial(1, "microservices").samples
    change(samples, SAMPLES, lambda rows: rows[rows["role"] != "generator"])

    assert list(failed(folder)) == ["generator CPU"]


@pytest.mark.parametrize(
    ("waited_s", "broken"), [(2.0, []), (2.1, ["generator's core"]), (None, [])]
)
def test_a_generator_that_waited_a_millisecond_per_request_for_its_core_fails(
    make: Make, waited_s: float | None, broken: list[str]
) -> None:
    folder = make(blocks=1)
    with Journal(folder.trial(1, "microservices").events) as journal:
        journal.write("generator-waited", waited_s=waited_s)

    gates = gates_of(folder.trial(1, "microservices"), folder.arrivals(1))
    assert "generator's core" in {gate.name for gate in gates}
    assert list(failed(folder)) == broken


@pytest.mark.parametrize(
    ("arm", "column", "value"),
    [
        ("monolith", "fault_hits", 0),
        ("monolith", "fault_hits", 30),  # all of them before the fault
        ("microservices", "instances", 1),
    ],
)
def test_a_fault_that_no_sample_shows_fails_whatever_its_probe_says(
    make: Make, arm: str, column: str, value: int
) -> None:
    folder = make(blocks=1)
    samples = folder.trial(1, arm).samples
    change(samples, SAMPLES, lambda rows: rows.assign(**{column: value}))

    assert failed(folder, arm) == {"faults": "the fault on recommendations did not bite"}


def test_a_fault_that_held_for_less_than_half_of_its_time_fails(make: Make) -> None:
    folder = make(blocks=1)
    file = folder.trial(1, "microservices").events
    events = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    (injected,) = (event for event in events if event["event"] == "fault-injected")
    (lifted,) = (event for event in events if event["event"] == "fault-lifted")
    planned_s = lifted["planned_s"] - injected["planned_s"]
    lifted["actual_s"] = injected["actual_s"] + 0.4 * planned_s
    file.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))

    (says,) = failed(folder).values()
    assert says.startswith("the fault on recommendations held ")


def test_a_fault_that_was_not_rolled_back_fails(make: Make) -> None:
    folder = make(blocks=1)
    trial = folder.trial(1, "microservices")
    keep_events(trial, lambda event: event["event"] != "fault-lifted")

    assert failed(folder) == {"faults": "a fault was not rolled back"}


def test_a_drain_that_did_not_end_fails(make: Make) -> None:
    folder = make(blocks=1)
    keep_events(folder.trial(1, "microservices"), lambda event: event["event"] != "drained")

    assert failed(folder) == {"drain": "the drain did not end"}
