"""Makes run folders of any size: the shape of a real run, drawn from a seed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiment.machine import Machine
from experiment.part import Profile
from experiment.phase import PlannedPhase
from experiment.record import Gate, Plan, RunFolder, TrialFolder, TrialRecord, write_json
from experiment.rows import ARRIVALS, REQUESTS, SAMPLES
from experiment.scenario import Scenario
from experiment.store import Architecture, Arm
from testbed import scenarios
from testbed.planning import turns_of
from tests import one_outage

SCENARIO = str(one_outage.FILE)
"""A name, or a file."""
BLOCKS = 10
STEPS = (
    ("browse", "list-products", "catalog"),
    ("browse", "product-page", "product-page"),
    ("search", "search", "search"),
    ("recommend", "recommend", "recommendations"),
    ("buy", "add-to-cart", "cart"),
    ("buy", "checkout", "checkout"),
    ("buy", "order-status", "orders"),
)
"""Journey, operation and feature of a row, in turn."""
MEDIAN_MS = {"monolith": 12.0, "microservices": 20.0}
SIGMA = 0.9
LOST_SHARE = {"monolith": 0.6, "microservices": 0.02}
"""Of the requests in the outage that are not for the lost feature."""
ROLES = {
    "monolith": ("monolith",),
    "microservices": ("storefront", "catalog", "search", "recommendations", "carts", "orders"),
}
SHARED = ("edge", "database", "generator", "payment-provider")

Floats = NDArray[np.float64]


def make_synthetic_run(
    path: Path,
    rows: int,
    blocks: int = BLOCKS,
    scenario: str = SCENARIO,
    profile: Profile = "full",
) -> RunFolder:
    """Write a run of about ``rows`` requests, split evenly over ``blocks`` blocks of all arms."""
    folder = RunFolder(path)
    folder.path.mkdir(parents=True)
    plan = _plan(scenarios.find(scenario), blocks, profile)
    write_json(folder.plan, plan)
    for block, order in enumerate(plan.order, start=1):
        folder.block(block).mkdir()
        arrivals = _arrivals(block, plan.timetable(block), rows // (len(order) * blocks))
        pq.write_table(arrivals, folder.arrivals(block), compression="zstd")
        for arm in plan.scenario.arms:
            _make_trial(folder.trial(block, arm.name), plan, block, arm, arrivals)
    return folder


def _plan(scenario: Scenario, blocks: int, profile: Profile) -> Plan:
    machine = Machine(
        cpu_model="synthetic", cores=2, memory_mb=8000, kernel="6.1", python="3.11", load_before=0.1
    )
    return Plan(
        run_id="synthetic",
        scenario=scenario,
        profile=profile,
        seed=1,
        turns=turns_of(scenario, profile, blocks, seed=1),
        order=(tuple(arm.name for arm in scenario.arms),) * blocks,
        machine=machine,
        versions={},
        commit="0" * 40,
        factors={},
        started_at="2026-01-01T00:00:00+00:00",
    )


def _arrivals(block: int, timetable: Sequence[PlannedPhase], rows: int) -> pa.Table:
    random = np.random.default_rng(block)
    which = random.integers(0, len(STEPS), rows)
    journeys, operations, features = (np.array(names)[which] for names in zip(*STEPS, strict=True))
    columns: dict[str, Any] = {
        "seq": np.arange(rows, dtype=np.int32),
        "step": np.zeros(rows, dtype=np.int16),
        "intended_s": np.sort(random.uniform(0, timetable[-1].end_s, rows)),
        "journey": journeys,
        "operation": operations,
        "feature": features,
        "choices": np.full(rows, "{}"),
    }
    return pa.Table.from_pydict(columns, schema=ARRIVALS)


def _make_trial(files: TrialFolder, plan: Plan, block: int, arm: Arm, arrivals: pa.Table) -> None:
    files.path.mkdir(parents=True)
    timetable = plan.timetable(block)
    random = np.random.default_rng([block, len(arm.name)])
    pq.write_table(
        _requests(random, timetable, arm.architecture, arrivals), files.requests, compression="zstd"
    )
    pq.write_table(
        _samples(plan.scenario.duration_s(plan.profile), arm.architecture), files.samples
    )
    started = {"at": 0.0, "event": "trial-started", "block": block, "arm": arm.name}
    events = (started, *_events(timetable))
    files.events.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))
    files.audit.write_bytes(orjson.dumps({"violations": [], "orders": 40, "acknowledged": 40}))
    record = TrialRecord(
        block=block,
        arm=arm.name,
        status="complete",
        reason="",
        t0_unix=1_767_225_600.0,
        start_s=2.5,
        gates=(Gate(name="drain", passed=True, says="made up"),),
        limits={},
    )
    write_json(files.run, record)


def _requests(
    random: np.random.Generator,
    timetable: Sequence[PlannedPhase],
    store: Architecture,
    arrivals: pa.Table,
) -> pa.Table:
    rows, intended = len(arrivals), arrivals["intended_s"].to_numpy()
    took_s = random.lognormal(np.log(MEDIAN_MS[store] / 1000), SIGMA, rows)
    lost = np.where(arrivals["feature"].to_numpy() == "recommendations", 1.0, LOST_SHARE[store])
    struck = np.logical_or.reduce(
        [(intended >= p.start_s) & (intended < p.end_s) for p in _with_faults(timetable)]
    )
    failed = struck & (random.random(rows) < lost)
    sent = intended + random.exponential(0.0005, rows)
    kept = ("seq", "step", "journey", "operation", "feature", "intended_s")
    columns: dict[str, Any] = {
        **{name: arrivals[name] for name in kept},
        "sent_s": sent,
        "ended_s": sent + took_s,
        "outcome": np.where(failed, "timeout", "ok"),
        "status": pa.array(np.full(rows, 200, dtype=np.int16), mask=failed),
        "degraded": np.full(rows, ""),
        "instance": np.full(rows, f"{ROLES[store][0]}-1"),
    }
    return pa.Table.from_pydict(columns, schema=REQUESTS)


def _samples(duration_s: float, store: Architecture) -> pa.Table:
    rows = [
        {
            "t_s": float(second),
            "role": role,
            "instances": 1,
            "cpu_s": 0.1 * (second + 1),
            "memory_mb": 60.0,
            "in_flight": 2,
            "requests": 10 * (second + 1),
            "handler_cpu_s": 0.05 * (second + 1),
            "rules_cpu_s": 0.01 * (second + 1),
            "fault_hits": 30 if store == "monolith" else 0,
        }
        for second in range(-1, int(duration_s) + 3)
        for role in (*ROLES[store], *SHARED)
    ]
    return pa.Table.from_pylist(rows, schema=SAMPLES)


def _with_faults(timetable: Sequence[PlannedPhase]) -> list[PlannedPhase]:
    return [planned for planned in timetable if planned.phase.faults]


def _events(timetable: Sequence[PlannedPhase]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = [
        {"at": 0.0, "event": "phase-started", "phase": p.phase.name, "actual_s": p.start_s}
        for p in timetable
    ]
    for planned in _with_faults(timetable):
        (plan,) = planned.phase.faults
        start, end = planned.start_s, planned.end_s
        fault = {"at": 0.0, "kind": plan.kind, "target": plan.target}
        seen = {"bit": True, "says": "made up", "seen_in": ""}
        lifted = {"event": "fault-lifted", **seen, "rolled_back_s": end + 0.2, **fault}
        events += [
            {"event": "fault-injected", "planned_s": start, "actual_s": start + 0.3, **fault},
            {"planned_s": end, "actual_s": end + 0.1, **lifted},
        ]
    return [*events, {"at": 0.0, "event": "drained", "actual_s": timetable[-1].end_s + 1}]
