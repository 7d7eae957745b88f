"""Makes whole runs of searches against made-up stores whose limits are known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.capacity.search import SeenProbe, ladder_in, progress, read_probe, search_of
from experiment.journal import Journal
from experiment.machine import Machine
from experiment.probe import Probe, files_of
from experiment.record import Gate, Plan, RunFolder, TrialFolder, TrialRecord, write_json
from experiment.rows import ARRIVALS, REQUESTS, SAMPLES
from experiment.scenario import Scenario

WARM_UP_S, WINDOW_S = 1.0, 6.0
USED_SHARE = 0.8
"""Of the CPUs of its budget that a made-up store uses, edge and database together."""
ROLES = {"monolith": ("monolith",), "microservices": ("catalog", "orders", "storefront")}
MEMORY_MB = 60.0


@dataclass(frozen=True)
class World:
    """What is searched, and how much the two stores bear."""

    kind: str = "capacity"
    at: tuple[float, ...] = (1.0,)
    blocks: int = 3
    bears: Mapping[str, Callable[[float], float]] = field(
        default_factory=lambda: {
            "monolith": lambda cpus: 80 * cpus,
            "microservices": lambda cpus: 25 * cpus,
        }
    )
    """Requests per second that an arm can serve with so many CPUs."""
    lowest: float = 5.0
    highest: float = 160.0
    resolution: float = 1.15
    others_blocks: int | None = None
    """Blocks in which values after the first are searched; None: all."""
    void: frozenset[str] = frozenset()
    """Arms whose probes fail a gate."""
    cpu_limit: str = "1 CPUs, period 10 ms (control groups version 1)"


def scenario_of(world: World) -> Scenario:
    at = dict.fromkeys(("smoke", "demo", "full"), world.at)
    return Scenario.model_validate(
        {
            "name": f"made-up-{world.kind}",
            "title": "How much they bear",
            "question": "What is the limit?",
            "claims": ["N1"],
            "load": {"rate": 40.0, "mix": {"recommend": 1.0}},
            "search": {
                "kind": world.kind,
                "at": at,
                "others_blocks": world.others_blocks,
                "lowest": world.lowest,
                "highest": world.highest,
                "resolution": dict.fromkeys(("smoke", "demo", "full"), world.resolution),
            },
            "phases": [_phase("warm-up", WARM_UP_S), _phase("window", WINDOW_S)],
            "arms": [
                {"name": "monolith", "architecture": "monolith"},
                {"name": "microservices", "architecture": "microservices"},
            ],
            "budget": {"cpus": 1.0, "memory_mb": 2048},
            "slo": {"latency_ms": 200, "good_share": 0.95},
            "primary": {
                "metric": world.kind,
                "phase": "window",
                "margin": 0.1,
                "expectation": f"{'lower' if world.kind == 'capacity' else 'higher'} "
                "in microservices",
                "says": "the limit",
            },
        }
    )


def make_search_run(path: Path, world: World) -> RunFolder:
    """Run every search of every block against stores that queue as the world says."""
    folder = RunFolder(path)
    folder.path.mkdir(parents=True)
    plan = _plan(world)
    write_json(folder.plan, plan)
    for block in range(1, world.blocks + 1):
        for arm in ("monolith", "microservices"):
            _search_all(folder, plan, world, block, arm)
    return folder


def queueing(rate: float, bears: float, seed: int = 1, arm: str = "monolith") -> pa.Table:
    """Rows of one server with a constant service time, fed evenly: Lindley's recursion."""
    jitter = np.random.default_rng(seed).uniform(0, 0.5)
    intended = np.arange(jitter / rate, WARM_UP_S + WINDOW_S, 1 / rate)
    ended, free = [], 0.0
    for at in intended:
        free = max(free, at) + 1 / bears
        ended.append(free)
    return rows(intended.tolist(), ended, arm=arm)


def rows(
    intended: list[float], ended: list[float], outcome: str = "ok", arm: str = "monolith"
) -> pa.Table:
    n = len(intended)
    columns: dict[str, Any] = {
        "seq": range(n),
        "step": [0] * n,
        "journey": ["recommend"] * n,
        "operation": ["recommend"] * n,
        "feature": ["recommendations"] * n,
        "intended_s": intended,
        "sent_s": intended,
        "ended_s": ended,
        "outcome": [outcome] * n,
        "status": [200 if outcome in ("ok", "wrong") else None] * n,
        "degraded": [""] * n,
        "instance": [f"{ROLES[arm][0]}-1"] * n,
    }
    return pa.table(columns, schema=REQUESTS)


def samples(arm: str, cpus: float) -> pa.Table:
    """One sample a second: each role is one instance and uses its equal part of the CPUs."""
    ours = (*ROLES[arm], "edge", "database")
    made = [
        _sample(t_s, role, USED_SHARE * cpus / len(ours) if role in ours else 0.3)
        for t_s in np.arange(0.0, WARM_UP_S + WINDOW_S + 1)
        for role in (*ours, "generator")
    ]
    return pa.Table.from_pylist(made, schema=SAMPLES)


def _sample(t_s: float, role: str, cpus: float) -> dict[str, Any]:
    """A role that uses so many CPUs; policies count nothing, and nobody has a quota of its own."""
    numbers = {field.name: None if field.nullable else 0 for field in SAMPLES}
    own = {"t_s": t_s, "role": role, "instances": 1, "cpu_s": t_s * cpus, "memory_mb": MEMORY_MB}
    return numbers | own


def _search_all(folder: RunFolder, plan: Plan, world: World, block: int, arm: str) -> None:
    number = 0
    for at in search_of(plan).values(plan.profile, block):
        ladder, seen = ladder_in(plan, block, arm, at), list[SeenProbe]()
        while isinstance(step := progress(ladder, seen), int):
            number += 1
            value = ladder.rungs[step]
            rate, cpus = (value, at) if world.kind == "capacity" else (at, value)
            probe = Probe(
                block=block, arm=arm, number=number, at=at, rung=step, rate=rate, cpus=cpus, turn=1
            )
            _write_probe(folder, probe, world)
            found = read_probe(folder, plan, probe)
            assert found is not None
            seen.append(found)


def _write_probe(folder: RunFolder, probe: Probe, world: World) -> None:
    files = files_of(folder, probe)
    files.trial.path.mkdir(parents=True)
    write_json(files.spec, probe)
    is_void = probe.arm in world.void
    bears = world.bears[probe.arm](probe.cpus)
    requests = queueing(probe.rate, bears, probe.number, probe.arm)
    pq.write_table(requests, files.trial.requests)
    pq.write_table(_arrivals(requests), files.arrivals)
    _write_events(files.trial, drained=not is_void)
    pq.write_table(samples(probe.arm, probe.cpus), files.trial.samples)
    record = TrialRecord(
        block=probe.block,
        arm=probe.arm,
        status="void" if is_void else "complete",
        reason="the generator was late" if is_void else "",
        t0_unix=1_767_225_600.0,
        start_s=2.0,
        gates=(Gate(name="lateness", passed=not is_void, says="made up"),),
        limits={"cpu": world.cpu_limit, "memory": "2048 MB"},
    )
    write_json(files.trial.run, record)


def _arrivals(requests: pa.Table) -> pa.Table:
    choices = pa.array(["{}"] * len(requests))
    return requests.append_column("choices", choices).select(ARRIVALS.names).cast(ARRIVALS)


def _write_events(files: TrialFolder, *, drained: bool) -> None:
    with Journal(files.events, clock=lambda: 0.0) as journal:
        journal.write("phase-started", phase="warm-up", actual_s=0.0)
        journal.write("phase-started", phase="window", actual_s=WARM_UP_S)
        if drained:
            journal.write("drained", actual_s=WARM_UP_S + WINDOW_S + 1)


def _phase(name: str, seconds: float) -> dict[str, Any]:
    kind = "warm-up" if name == "warm-up" else "event"
    sized = {"smoke": seconds, "demo": seconds, "full": seconds}
    return {"name": name, "kind": kind, "seconds": sized}


def _plan(world: World) -> Plan:
    return Plan(
        run_id="20260101T000000-made-up",
        scenario=scenario_of(world),
        profile="demo",
        seed=7,
        order=tuple(("monolith", "microservices") for _ in range(world.blocks)),
        machine=Machine(
            cpu_model="made-up",
            cores=2,
            memory_mb=24_000,
            kernel="6.1",
            python="3.11.2",
            load_before=0.4,
        ),
        versions={"flask": "3.1"},
        commit="0123456789abcdef",
        factors={"threads": "16 per process"},
        started_at="2026-01-01T00:00:00Z",
        noise_floor={"capacity": 0.05, "demand": 0.05},
    )
