"""Makes whole run folders with a known truth, the same bytes each time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiment.journal import Journal
from experiment.machine import Machine
from experiment.metric import MetricName
from experiment.record import (
    Gate,
    Plan,
    RunFolder,
    Stopping,
    TrialFolder,
    TrialRecord,
    write_json,
)
from experiment.rows import ARRIVALS, REQUESTS, SAMPLES
from experiment.scenario import Scenario

FEATURES = ("catalog", "product-page", "search", "recommendations", "cart", "checkout")
OTHERS = [name for name in FEATURES if name != "recommendations"]
WARM_UP_S, BASELINE_S, OUTAGE_S, RECOVERY_S = 4, 10, 12, 8
DURATION_S = WARM_UP_S + BASELINE_S + OUTAGE_S + RECOVERY_S
OUTAGE = (float(WARM_UP_S + BASELINE_S), float(WARM_UP_S + BASELINE_S + OUTAGE_S))
T0_UNIX = 1_767_225_600.0
ROLES: Mapping[str, Mapping[str, float]] = {
    "monolith": {"monolith": 0.42},
    "microservices": {
        "storefront": 0.15,
        "catalog": 0.12,
        "search": 0.10,
        "recommendations": 0.09,
        "carts": 0.05,
        "orders": 0.06,
        "accounts": 0.03,
        "inventory": 0.03,
        "payments": 0.02,
        "notifications": 0.01,
    },
}
SHARED = {"edge": 0.05, "database": 0.10, "generator": 0.30, "payment-provider": 0.01}
SIGNS = {"monolith": "monolith", "microservices": "storefront"}
"""The role whose instance gives the answers, by architecture."""
MEMORY_MB = 60.0
TRIAL_S = 50.0
"""From the start of one trial's load to the next."""


@dataclass(frozen=True)
class Truth:
    """What a made-up run is to show."""

    blocks: int = 4
    rate: float = 60.0
    failed_share: Mapping[str, float] = field(
        default_factory=lambda: {"monolith": 0.6, "microservices": 0.0}
    )
    """Share of the other features' requests that fail in the outage, by arm."""
    median_ms: Mapping[str, float] = field(
        default_factory=lambda: {"monolith": 20.0, "microservices": 30.0}
    )
    """Median response time by arm; log-normal with a sigma of 0.5."""
    primary: Mapping[str, Any] = field(
        default_factory=lambda: {
            "metric": "failed_share",
            "phase": "outage",
            "features": OTHERS,
            "margin": 0.02,
            "expectation": "lower in microservices",
            "says": "share of the other features' requests that fail in the outage",
        }
    )
    status: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """Trials that are not complete."""
    absent: frozenset[tuple[int, str]] = frozenset()
    """Trials that left no record."""
    looks: tuple[int, ...] = ()
    """Blocks after which the run may stop early; the last is the planned number."""
    stopped_at: int | None = None
    """The block after which the journal says that it did."""
    noise_floor: Mapping[str, float] = field(
        default_factory=lambda: {"failed_share": 0.004, "latency_p95_ms": 0.02}
    )
    aa: bool = False
    """Whether both arms are copies of the monolith, and nothing differs but chance."""
    third: bool = False
    """Whether a copy of the microservices is a third arm."""
    plan: Mapping[str, Any] = field(default_factory=dict)
    """Members of the plan that are not as usual."""

    @property
    def arms(self) -> tuple[str, ...]:
        if self.aa:
            return "monolith-a", "monolith-b"
        more = ("microservices-b",) if self.third else ()
        return "monolith", "microservices", *more


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., RunFolder]:
    """A maker of run folders; takes the members of ``Truth``."""

    def make(**truth: Any) -> RunFolder:
        return make_run(tmp_path / f"run-{len(list(tmp_path.iterdir()))}", Truth(**truth))

    return make


def scenario_of(truth: Truth) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "made-up-outage",
            "title": "One feature is lost",
            "question": "When the recommendations are lost, what share of the others fails?",
            "claims": ["C3", "C4", "N1"],
            "load": {"rate": truth.rate, "mix": {"browse": 1.0}},
            "phases": [
                _phase("warm-up", "warm-up", WARM_UP_S),
                _phase("baseline", "baseline", BASELINE_S),
                _phase("outage", "event", OUTAGE_S)
                | {"faults": [{"kind": "outage", "role": "recommendations"}]},
                _phase("recovery", "recovery", RECOVERY_S),
            ],
            "arms": [
                {"name": arm, "architecture": _architecture(arm), "instances": instances}
                for arm, instances in zip(truth.arms, ({"monolith": 2}, {}, {}), strict=False)
            ],
            "budget": {"cpus": 1.0, "memory_mb": 2048},
            "slo": {"latency_ms": 100, "good_share": 0.99},
            "primary": {**truth.primary, **_between(truth, "monolith", "microservices")},
            "secondary": [
                _between(truth, "microservices", "microservices-b")
                | {
                    "metric": metric,
                    "phase": "baseline",
                    "margin": 0.1,
                    "expectation": f"higher in microservices{'-b' * truth.third}",
                    "says": says,
                }
                for metric, says in (
                    ("latency_p95_ms", "p95 latency at rest"),
                    ("cpu_ms_per_request", "CPU time per request at rest"),
                    ("memory_mb", "memory at rest"),
                )
            ],
        }
    )


def _between(truth: Truth, *pair: str) -> dict[str, Any]:
    return {"between": pair} if truth.third else {}


def make_run(path: Path, truth: Truth | None = None) -> RunFolder:
    """Write a run folder that shows ``truth``."""
    truth = truth or Truth()
    folder = RunFolder(path)
    folder.path.mkdir(parents=True)
    write_json(folder.plan, _plan(truth))
    with Journal(folder.journal, clock=lambda: T0_UNIX) as journal:
        journal.write("run-started")
        if truth.stopped_at is not None:
            journal.write("stopped-early", block=truth.stopped_at, reason="the verdict is clear")
    for block in range(1, truth.blocks + 1):
        folder.block(block).mkdir()
        pq.write_table(_arrivals(truth, block), folder.arrivals(block))
        for arm in truth.arms:
            if (block, arm) not in truth.absent:
                _make_trial(folder, truth, block, arm)
    return folder


def _architecture(arm: str) -> str:
    return arm.removesuffix("-a").removesuffix("-b")


def _phase(name: str, kind: str, seconds: int) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "seconds": {"smoke": seconds, "demo": seconds, "full": seconds},
    }


def _plan(truth: Truth) -> Plan:
    plan = Plan(
        run_id="20260101T000000-made-up",
        scenario=scenario_of(truth),
        profile="demo",
        seed=7,
        order=(truth.arms,) * (truth.looks[-1] if truth.looks else truth.blocks),
        stopping=Stopping(looks=truth.looks) if truth.looks else None,
        noise_floor=cast("Mapping[MetricName, float]", {} if truth.aa else truth.noise_floor),
        machine=Machine(
            cpu_model="made-up",
            cores=2,
            memory_mb=24_000,
            kernel="6.1",
            python="3.11.2",
            load_before=0.4,
        ),
        versions={"flask": "3.1", "postgresql": "18.4", "envoy": "1.40"},
        commit="0123456789abcdef",
        factors={"threads": "16 per process", "pool": "8 per process"},
        started_at="2026-01-01T00:00:00Z",
        aa=truth.aa,
    )
    return plan.model_copy(update=dict(truth.plan))


def _intended_s(truth: Truth, block: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    n = int(truth.rate * DURATION_S)
    return np.sort(np.random.default_rng(block).uniform(0, DURATION_S, n))


def _arrivals(truth: Truth, block: int) -> pa.Table:
    intended = _intended_s(truth, block)
    rows = [
        {
            "seq": seq,
            "step": 0,
            "intended_s": at,
            "journey": "browse",
            "operation": FEATURES[seq % len(FEATURES)],
            "feature": FEATURES[seq % len(FEATURES)],
            "choices": "{}",
        }
        for seq, at in enumerate(intended)
    ]
    return pa.Table.from_pylist(rows, schema=ARRIVALS)


def _make_trial(folder: RunFolder, truth: Truth, block: int, arm: str) -> None:
    files = folder.trial(block, arm)
    files.path.mkdir()
    status = truth.status.get((block, arm), "complete")
    pq.write_table(_requests(truth, block, arm), files.requests)
    pq.write_table(_samples(block, arm), files.samples)
    _write_events(files, block, arm, drained=status == "complete")
    files.audit.write_bytes(orjson.dumps({"violations": [], "orders": 40, "acknowledged": 40}))
    write_json(files.run, _record(block, arm, status))


def _record(block: int, arm: str, status: str) -> TrialRecord:
    return TrialRecord.model_validate(
        {
            "block": block,
            "arm": arm,
            "status": status,
            "reason": "" if status == "complete" else "the drain did not end",
            "t0_unix": T0_UNIX + TRIAL_S * (2 * block + (arm == "monolith")),
            "start_s": 6.5 if arm == "microservices" else 2.5,
            "gates": (Gate(name="drain", passed=status == "complete", says="made up"),),
            "limits": {"cpu": "1.0 CPU by cgroup", "memory": "none: no permission for cgroups"},
        }
    )


def _requests(truth: Truth, block: int, arm: str) -> pa.Table:
    random = np.random.default_rng([block, len(arm), *([ord(arm[-1])] if truth.aa else [])])
    rows = [
        _request(truth, arm, random, seq, at)
        for seq, at in enumerate(_intended_s(truth, block).tolist())
    ]
    return pa.Table.from_pylist(rows, schema=REQUESTS)


def _request(
    truth: Truth, arm: str, random: np.random.Generator, seq: int, at: float
) -> dict[str, Any]:
    feature = FEATURES[seq % len(FEATURES)]
    in_outage = OUTAGE[0] <= at < OUTAGE[1]
    lost = 1.0 if feature == "recommendations" else truth.failed_share[_architecture(arm)]
    failed = in_outage and random.random() < lost
    took_s = float(random.lognormal(np.log(truth.median_ms[_architecture(arm)] / 1000), 0.5))
    degraded = in_outage and arm == "microservices" and feature == "product-page"
    return {
        "seq": seq,
        "step": 0,
        "journey": "browse",
        "operation": feature,
        "feature": feature,
        "intended_s": at,
        "sent_s": at + 0.001,
        "ended_s": at + took_s,
        "outcome": "http_error" if failed else "ok",
        "status": 503 if failed else 200,
        "degraded": "recommendations" if degraded else "",
        "instance": f"{SIGNS[_architecture(arm)]}-1",
    }


def _samples(block: int, arm: str) -> pa.Table:
    roles = {**ROLES[_architecture(arm)], **SHARED}
    times = [second + 0.01 * block for second in range(-1, DURATION_S + 3)]
    rows = [_sample(arm, role, cores, t) for t in times for role, cores in roles.items()]
    return pa.Table.from_pylist(rows, schema=SAMPLES)


def _sample(arm: str, role: str, cores: float, t_s: float) -> dict[str, Any]:
    in_outage = OUTAGE[0] <= t_s < OUTAGE[1]
    gone = in_outage and role == "recommendations"
    ours = role not in SHARED
    cpu_s = cores * (t_s + 2)
    return {
        "t_s": t_s,
        "role": role,
        "instances": 0 if gone else 2 if role == "monolith" else 1,
        "cpu_s": cpu_s,
        "memory_mb": 0.0 if gone else MEMORY_MB,
        "in_flight": 2 if ours else 0,
        "requests": int(t_s + 2) * 10 if ours else 0,
        "handler_cpu_s": 0.5 * cpu_s if ours else 0.0,
        "rules_cpu_s": 0.1 * cpu_s if ours else 0.0,
        "fault_hits": 30 if role == "monolith" and t_s > OUTAGE[0] else 0,
    }


def _write_events(files: TrialFolder, block: int, arm: str, *, drained: bool) -> None:
    fault = {"kind": "outage", "target": "recommendations"}
    seen_in = "fault_hits" if _architecture(arm) == "monolith" else "instances"
    starts = {
        "warm-up": 0.0,
        "baseline": float(WARM_UP_S),
        "outage": OUTAGE[0],
        "recovery": OUTAGE[1],
    }
    events: list[dict[str, Any]] = [{"event": "trial-started", "block": block, "arm": arm}]
    rest = {"idle": True, "waited_s": 2.0, "busy_share": 0.04, "steal_share": 0.0}
    events.append({"event": "machine-idle", **rest, "limit_share": 0.25})
    for phase, planned in starts.items():
        events.append(
            {"event": "phase-started", "phase": phase, "planned_s": planned, "actual_s": planned}
        )
    events += [
        {"event": "fault-injected", **fault, "planned_s": OUTAGE[0], "actual_s": OUTAGE[0] + 0.3},
        {
            "event": "fault-lifted",
            **fault,
            "bit": True,
            "says": "seen",
            "seen_in": seen_in,
            "planned_s": OUTAGE[1],
            "actual_s": OUTAGE[1] + 0.1,
            "rolled_back_s": OUTAGE[1] + 1.2,
        },
    ]
    if drained:
        events.append({"event": "drained", "at_s": DURATION_S + 1.0})
    lines = [orjson.dumps({"at": T0_UNIX, **event}) + b"\n" for event in events]
    files.events.write_bytes(b"".join(lines))
