"""Makes run folders of stores that share one core fairly, with demands that are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from simpy import Environment

from experiment.journal import Journal
from experiment.machine import Machine
from experiment.record import Gate, Plan, RunFolder, TrialRecord, write_json
from experiment.rows import ARRIVALS, REQUESTS, SAMPLES
from experiment.scenario import Scenario
from projection.flow import Flow, Series, Wait, Work
from projection.network import Answered, Step, simulate
from projection.pool import Pool

PHASE_S = 20.0
FACTORS = (1.0, 2.0, 3.0, 4.0)
OPERATIONS = {"list-products": "catalog", "recommend": "recommendations", "checkout": "checkout"}
SIGNS = {"monolith": "monolith", "microservices": "storefront"}
WAIT_S, OUTSIDE_S = 0.001, 0.040
BACKGROUND = 0.02
SECOND_S = 1.0
Demand = Mapping[str, Mapping[str, float]]

MONOLITH: Demand = {
    "edge": {"list-products": 0.0005, "recommend": 0.0005, "checkout": 0.0005},
    "monolith": {"list-products": 0.002, "recommend": 0.004, "checkout": 0.009},
    "database": {"list-products": 0.001, "recommend": 0.001, "checkout": 0.001},
}
SERVICES: Demand = {
    "edge": {"list-products": 0.001, "recommend": 0.001, "checkout": 0.001},
    "catalog": {"list-products": 0.004},
    "recommendations": {"recommend": 0.006},
    "orders": {"checkout": 0.016},
    "database": {"list-products": 0.002, "recommend": 0.002, "checkout": 0.002},
}
TRUTH: Mapping[str, Demand] = {"monolith": MONOLITH, "microservices": SERVICES}


@dataclass(frozen=True)
class World:
    factors: Sequence[float] = FACTORS
    rate: float = 20.0
    seed: int = 1
    cpus: float = 1.0
    run_id: str = "made-up"
    only_last: str = ""
    """An operation that nobody asks for but the very last visitor."""
    fails_from_s: float = 1e9
    """When requests begin to fail."""
    budget: Mapping[str, Any] = field(default_factory=dict)
    third: Mapping[str, Any] = field(default_factory=dict)
    """One arm more, of which there are no trials."""
    plan: Mapping[str, Any] = field(default_factory=dict)


def total_s(architecture: str, operation: str) -> float:
    return sum(role.get(operation, 0.0) for role in TRUTH[architecture].values())


def make_ladder(path: Path, world: World | None = None) -> RunFolder:
    """One block of both stores on one schedule."""
    world = world or World()
    folder = RunFolder(path)
    folder.block(1).mkdir(parents=True)
    write_json(folder.plan, _plan(world))
    with Journal(folder.journal, clock=lambda: 0.0) as journal:
        journal.write("run-started")
    journeys = _journeys(world)
    arrivals = [_arrival(seq, step) for seq, (step,) in enumerate(journeys)]
    pq.write_table(pa.Table.from_pylist(arrivals, schema=ARRIVALS), folder.arrivals(1))
    for arm in TRUTH:
        _make_trial(folder, arm, _play(arm, journeys), world.fails_from_s)
    return folder


def _journeys(world: World) -> list[list[Step]]:
    random = np.random.default_rng(world.seed)
    edges = [(PHASE_S * n, world.rate * factor) for n, factor in enumerate(world.factors)]
    times = [
        random.uniform(start_s, start_s + PHASE_S, random.poisson(rate * PHASE_S))
        for start_s, rate in edges
    ]
    names = [name for name in OPERATIONS if name != world.only_last]
    at_s = np.sort(np.concatenate(times)).tolist()
    journeys = [[Step(names[random.integers(len(names))], each)] for each in at_s]
    return [*journeys[:-1], [Step(world.only_last or names[0], at_s[-1])]]


def _play(arm: str, journeys: Sequence[Sequence[Step]]) -> list[Answered]:
    def flow(operation: str) -> Flow:
        works = [Work(role, cpu[operation]) for role, cpu in TRUTH[arm].items() if operation in cpu]
        wait = OUTSIDE_S if operation == "checkout" else 0.0
        return Series((*works, Wait((WAIT_S + wait,))))

    def stations(env: Environment) -> dict[str, Pool]:
        return dict.fromkeys(TRUTH[arm], Pool(env, 1.0 - BACKGROUND))

    flows = {name: flow(name) for name in OPERATIONS}
    return simulate(stations, flows, journeys, 1e4, np.random.default_rng(1))


def _arrival(seq: int, step: Step) -> dict[str, Any]:
    return {
        "seq": seq,
        "step": 0,
        "intended_s": step.planned_s,
        "journey": "browse",
        "operation": step.operation,
        "feature": OPERATIONS[step.operation],
        "choices": "{}",
    }


def _make_trial(
    folder: RunFolder, arm: str, answers: Sequence[Answered], fails_from_s: float
) -> None:
    files = folder.trial(1, arm)
    files.path.mkdir()
    answers = sorted(answers, key=lambda each: each.intended_s)
    rows = [
        _request(seq, each, arm, each.intended_s < fails_from_s) for seq, each in enumerate(answers)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=REQUESTS), files.requests)
    samples = _samples(arm, answers)
    pq.write_table(pa.Table.from_pylist(samples, schema=SAMPLES), files.samples)
    with Journal(files.events, clock=lambda: 0.0) as journal:
        journal.write("store-ready", start_s=2.0)
        journal.write("phase-started", phase="load-1", actual_s=0.0)
        journal.write("drained", actual_s=float(samples[-1]["t_s"]))
    gate = Gate(name="drain", passed=True, says="made up")
    record = TrialRecord(
        block=1, arm=arm, status="complete", reason="", t0_unix=0.0, start_s=2.0,
        gates=(gate,), limits={},
    )  # fmt: skip
    write_json(files.run, record)


def _request(seq: int, each: Answered, arm: str, is_ok: bool) -> dict[str, Any]:  # noqa: FBT001 - a row
    return {
        "seq": seq,
        "step": 0,
        "journey": "browse",
        "operation": each.operation,
        "feature": OPERATIONS[each.operation],
        "intended_s": each.intended_s,
        "sent_s": each.intended_s,
        "ended_s": each.ended_s,
        "outcome": "ok" if is_ok else "http_error",
        "status": 200 if is_ok else 503,
        "degraded": "",
        "instance": f"{SIGNS[arm]}-1",
    }


def _samples(arm: str, answers: Sequence[Answered]) -> list[dict[str, Any]]:
    middles = np.array([(each.intended_s + each.ended_s) / 2 for each in answers])
    names = np.array([each.operation for each in answers])
    end_s = float(middles.max()) + 2
    rows = []
    for t_s in np.arange(-1.0, end_s, SECOND_S):
        done = names[middles <= t_s]
        for role, cpu in TRUTH[arm].items():
            counts = {name: int((done == name).sum()) for name in cpu}
            worked_s = sum(cpu[name] * count for name, count in counts.items())
            background_s = BACKGROUND / len(TRUTH[arm]) * (t_s + 1)
            rows.append(_sample(t_s, role, 0.5 + worked_s + background_s, sum(counts.values())))
        rows.append(_sample(t_s, "generator", 0.1 * (t_s + 1), 0))
    return rows


def _sample(t_s: float, role: str, cpu_s: float, requests: int) -> dict[str, Any]:
    return {
        "t_s": float(t_s),
        "role": role,
        "instances": 1,
        "cpu_s": cpu_s,
        "memory_mb": 50.0,
        "in_flight": 0,
        "requests": 0 if role in {"edge", "database"} else requests,
        "handler_cpu_s": 0.0,
        "rules_cpu_s": 0.0,
        "fault_hits": 0,
    }


def _scenario(world: World) -> Scenario:
    phases = [
        {
            "name": f"load-{n}",
            "kind": "event",
            "seconds": dict.fromkeys(("smoke", "demo", "full"), PHASE_S),
            "surge": {"browse": factor},
        }
        for n, factor in enumerate(world.factors, 1)
    ]
    arms = [{"name": arm, "architecture": arm} for arm in TRUTH]
    return Scenario.model_validate(
        {
            "name": "made-up-ladder",
            "title": "Rung by rung",
            "question": "How does it grow?",
            "claims": ["N1"],
            "load": {"rate": world.rate, "mix": {"browse": 1.0}},
            "phases": phases,
            "arms": [*arms, *([world.third] if world.third else [])],
            "budget": {"cpus": world.cpus, "memory_mb": 2048, **world.budget},
            "slo": {"latency_ms": 500, "good_share": 0.99},
            "primary": {
                "metric": "cpu_ms_per_request",
                "phase": "load-1",
                "margin": 0.1,
                "expectation": "higher in microservices",
                "says": "CPU time",
                "between": list(TRUTH),
            },
        }
    )


def _plan(world: World) -> Plan:
    plan = Plan(
        run_id=world.run_id,
        scenario=_scenario(world),
        profile="demo",
        seed=world.seed,
        order=(tuple(TRUTH),),
        machine=Machine(
            cpu_model="made-up", cores=2, memory_mb=24_000, kernel="6.1", python="3.11.2",
            load_before=0.1,
        ),
        versions={},
        commit="0123456789abcdef",
        factors={},
        started_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    return plan.model_copy(update=dict(world.plan))
