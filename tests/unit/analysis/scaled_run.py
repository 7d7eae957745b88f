"""Turns a made-up outage into a spike whose scaling is known to the tenth of a second."""

from dataclasses import dataclass
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiment.autoscaling import Autoscaling, Bounds
from experiment.record import RunFolder, TrialFolder, write_json
from experiment.rows import ARRIVALS, REQUESTS, SAMPLES
from experiment.scenario import Scenario
from tests.unit.analysis.conftest import DURATION_S, MEMORY_MB, OUTAGE

PHASE = "outage"
"""Name of the phase with the spike; it has no faults here."""
SYNC_S = 1.5
START_S = 3.0
READY_AFTER_S = {"monolith": 4.0, "recommendations": 2.0}
"""Of the monolith later than declared."""
LAST_S = DURATION_S + 1.0
SLOW_UNTIL_S = 19.5
"""In the monolith, requests for what is not surged miss the objective until then."""
SHARED_CPUS = 0.2
AUTOSCALING = Autoscaling(target=0.6, start_s=30.0, metrics_delay_s=15.0, compression=10.0)


@dataclass(frozen=True)
class Step:
    """From one number of instances to another, which serves ``START_S`` later."""

    at_s: float
    before: int
    after: int
    recommended: int

    @property
    def done_s(self) -> float:
        return self.at_s + START_S


@dataclass(frozen=True)
class Scaled:
    """The one scaled role of an arm."""

    role: str
    cpus: float
    """Quota of an instance."""
    steps: tuple[Step, ...]

    def alive(self, t_s: float) -> int:
        """Those that start count when they are asked for; those that leave until they are gone."""
        return self._number([s.at_s if s.after > s.before else s.done_s for s in self.steps], t_s)

    def ready(self, t_s: float) -> int:
        return self._number([step.done_s for step in self.steps], t_s)

    def _number(self, since_s: list[float], t_s: float) -> int:
        past = [s.after for s, at_s in zip(self.steps, since_s, strict=True) if at_s <= t_s]
        return past[-1] if past else self.steps[0].before


MONOLITH = Scaled("monolith", 0.4, (Step(15.5, 1, 2, 4), Step(30.5, 2, 1, 1)))
MICROSERVICES = Scaled(
    "recommendations", 0.1, (Step(15.5, 1, 3, 3), Step(21.5, 3, 2, 2), Step(24.5, 2, 3, 3))
)
SCALED = {"monolith": MONOLITH, "microservices": MICROSERVICES}


def spiked(folder: RunFolder) -> RunFolder:
    """The same folder, whose event is now a spike on all browsing, and both arms scale one role."""
    plan = folder.read_plan()
    write_json(folder.plan, plan.model_copy(update={"scenario": _with_a_spike(plan.scenario)}))
    for record in folder.trials():
        trial = folder.files_of(record)
        scaled = SCALED[record.arm]
        _rewrite(trial.samples, SAMPLES, lambda rows, scaled=scaled: _sampled(rows, scaled))
        _rewrite(trial.requests, REQUESTS, lambda rows, arm=record.arm: _answered(rows, arm))
        _rewrite_events(trial, scaled)
    for block in {record.block for record in folder.trials()}:
        _rewrite(folder.arrivals(block), ARRIVALS, _arriving)
    return folder


def _with_a_spike(scenario: Scenario) -> Scenario:
    phases = tuple(
        phase.model_copy(update={"faults": (), "surge": {"browse": 5.0}})
        if phase.name == PHASE
        else phase
        for phase in scenario.phases
    )
    arms = tuple(
        arm.model_copy(update={"scaled": {SCALED[arm.name].role: Bounds(most=4)}})
        for arm in scenario.arms
    )
    changes = {"phases": phases, "arms": arms, "autoscaling": AUTOSCALING}
    return scenario.model_copy(update=changes)


def _rewrite(file: Any, schema: pa.Schema, edit: Any) -> None:
    rows = edit(pq.read_table(file, partitioning=None).to_pandas())
    pq.write_table(pa.Table.from_pandas(rows, schema=schema, preserve_index=False), file)


def _sampled(rows: pd.DataFrame, scaled: Scaled) -> pd.DataFrame:
    """All roles but the scaled one have one instance of 60 MB throughout."""
    mine = rows["role"] == scaled.role
    alive = rows["t_s"].map(scaled.alive)
    rows["instances"] = alive.where(mine, 1)
    rows["memory_mb"] = MEMORY_MB * rows["instances"]
    rows["ready"] = rows["t_s"].map(scaled.ready).where(mine).astype("Int16")
    rows["cpus"] = (scaled.cpus * alive).where(mine)
    rows.loc[rows["role"] == "edge", "cpus"] = SHARED_CPUS
    return rows


def _arriving(rows: pd.DataFrame) -> pd.DataFrame:
    """A fifth of the arrivals outside the spike."""
    return rows[rows["intended_s"].between(*OUTAGE) | (rows["seq"] % 5 == 0)]


def _answered(rows: pd.DataFrame, arm: str) -> pd.DataFrame:
    """All are right, some of the monolith's slow."""
    rows = _arriving(rows).assign(outcome="ok", status=200, degraded="")
    slow = (arm == "monolith") & rows["intended_s"].between(OUTAGE[0], SLOW_UNTIL_S)
    return rows.assign(ended_s=rows["intended_s"] + 0.02 + 0.3 * slow)


def _rewrite_events(trial: TrialFolder, scaled: Scaled) -> None:
    events = [orjson.loads(line) for line in trial.events.read_bytes().splitlines()]
    kept = [event for event in events if not event["event"].startswith("fault-")]
    lines = [orjson.dumps(event) + b"\n" for event in [*kept, *_scaling_events(scaled)]]
    trial.events.write_bytes(b"".join(lines))


def _scaling_events(scaled: Scaled) -> list[dict[str, Any]]:
    syncs = range(int((LAST_S - 0.5) / SYNC_S))
    decided = [_decided(scaled, 0.5 + SYNC_S * turn) for turn in syncs]
    return decided + [_done(scaled, step) for step in scaled.steps]


def _decided(scaled: Scaled, at_s: float) -> dict[str, Any]:
    now = next((step for step in scaled.steps if step.at_s == at_s), None)
    earlier = [step for step in scaled.steps if step.at_s <= at_s]
    current = earlier[-1].after if earlier else scaled.steps[0].before
    recommended = earlier[-1].recommended if earlier else current
    after = now.after if now else current
    bounded = f", bounded to {after} by the budget" if recommended > after else ""
    return {
        "event": "scaling-decided",
        "role": scaled.role,
        "from": now.before if now else current,
        "to": after,
        "recommended": recommended,
        "reason": f"cpu asks for {recommended}{bounded}",
        "metric": "cpu",
        "mean": 0.9 if at_s > OUTAGE[0] else 0.3,
        "target": 0.6,
        "actual_s": at_s,
    }


def _done(scaled: Scaled, step: Step) -> dict[str, Any]:
    names = [f"{scaled.role}-{n}" for n in range(abs(step.after - step.before))]
    grows = step.after > step.before
    return {
        "event": "scaling-done",
        "role": scaled.role,
        "instances": step.after,
        "added": names if grows else [],
        "removed": [] if grows else names,
        "decided_s": step.at_s,
        "ready_s": step.at_s + READY_AFTER_S[scaled.role] if grows else None,
        "actual_s": step.done_s,
    }
