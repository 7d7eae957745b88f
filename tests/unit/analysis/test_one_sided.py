"""A fault that exists on one side only: green on the other, and told in the report."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from analysis.gates import gates_of
from analysis.limits import limits_of
from analysis.measured import load_run
from analysis.plots import recovery
from analysis.recovery.tables import recovery_rows
from analysis.summary import summarise
from experiment.faults.on_network import Refusal
from experiment.record import RunFolder, write_json

REFUSED = Refusal(caller="storefront", callee="recommendations")


def _told(event: dict[str, Any]) -> dict[str, Any] | None:
    """As the journal of a monolith tells of its outage, had it been planned on the network."""
    if event["event"] == "fault-lifted":
        return None
    if event["event"] == "fault-injected":
        return event | {"event": "fault-not-applicable", "kind": "refuse", "target": REFUSED.target}
    return event


@pytest.fixture
def folder(make: Callable[..., RunFolder]) -> RunFolder:
    folder = make(blocks=2)
    plan = folder.read_plan()
    phases = tuple(
        phase.model_copy(update={"faults": (REFUSED,)}) if phase.faults else phase
        for phase in plan.scenario.phases
    )
    scenario = plan.scenario.model_copy(update={"phases": phases})
    write_json(folder.plan, plan.model_copy(update={"scenario": scenario}))
    for block in (1, 2):
        file = folder.trial(block, "monolith").events
        events = [_told(orjson.loads(line)) for line in file.read_bytes().splitlines()]
        file.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events if event))
    return folder


def test_the_gate_of_the_side_without_it_is_green_and_says_why(folder: RunFolder) -> None:
    gates = gates_of(folder.trial(1, "monolith"), folder.arrivals(1))
    (gate,) = [gate for gate in gates if gate.name == "faults"]
    assert gate.passed
    assert gate.says == "not applicable: refuse of storefront to recommendations"


def test_the_report_names_the_fault_and_the_arm_that_lacks_it(folder: RunFolder) -> None:
    run = load_run(folder)
    (said,) = [says for says in limits_of(run, summarise(run)) if says.startswith("One-sided")]
    assert said.startswith(
        "One-sided faults: refuse from storefront to recommendations could not be injected in "
        "monolith,"
    )


def test_only_the_arm_that_has_it_has_a_recovery(folder: RunFolder) -> None:
    run = load_run(folder)
    told = {row.heading: row.cells[0] for row in recovery_rows(run)}
    assert told["monolith"] == "cannot have it"
    assert told["microservices"] != "cannot have it"
    assert "An arm without a line cannot have the fault." in recovery.caption(run)
    assert recovery.draw(run).axes
