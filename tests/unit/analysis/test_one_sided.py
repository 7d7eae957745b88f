"""A fault that exists on one side only: green on the other, and told in the report."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from analysis.fault_matrix import can_have, loss_of
from analysis.gates import gates_of
from analysis.limits import limits_of
from analysis.measured import load_run
from analysis.plots import recovery
from analysis.recovery.tables import recovery_rows
from analysis.summary import summarise
from experiment.faults.on_network import Refusal
from experiment.record import RunFolder, write_json
from experiment.scenario import Scenario

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


def test_tables_and_figures_leave_out_what_an_arm_cannot_have(folder: RunFolder) -> None:
    run = load_run(folder)
    phase = next(p.phase.name for p in run.timetable if p.phase.faults)
    assert not can_have(run, "monolith", phase)
    assert can_have(run, "microservices", phase)
    assert can_have(run, "monolith", "baseline")
    assert loss_of(run, "monolith", phase) is None


def test_a_failure_that_one_arm_cannot_have_is_no_metric_of_both(folder: RunFolder) -> None:
    plan = folder.read_plan().scenario.model_dump()
    phase = next(p["name"] for p in plan["phases"] if p["faults"])
    primary = plan["primary"] | {"metric": "lost_requests_share", "phase": phase}
    with pytest.raises(ValidationError, match="monolith cannot have all faults of"):
        Scenario.model_validate(plan | {"primary": primary})


def test_only_the_arm_that_has_it_has_a_recovery(folder: RunFolder) -> None:
    run = load_run(folder)
    told = {row.heading: row.cells[0] for row in recovery_rows(run)}
    assert told["monolith"] == "cannot have it"
    assert told["microservices"] != "cannot have it"
    assert "An arm without a line cannot have the fault." in recovery.caption(run)
    assert recovery.draw(run).axes
