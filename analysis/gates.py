"""Gates: conditions without which a trial is void and never enters a summary."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.disturbance import CLOCK, FOREIGN, STEAL, disturbance_gates
from analysis.load_workers import load_worker_gates
from analysis.quantiles import nearest_rank
from analysis.reading import Events, count_rows, read_events, read_requests, read_samples
from analysis.resources import growth_in
from analysis.windows import Window
from experiment.load_worker import LoadWorker
from experiment.record import Gate, TrialFolder

LATENESS_LIMIT_MS = 10.0
"""p99 of sent - intended. A generator with a core of its own stays below 2 ms; on shared machines
the scheduler takes it away for a slice or two of some milliseconds. Beyond that, the load is no
longer the one that was planned, and latencies hold the generator's delays."""

GENERATOR_CPU_LIMIT = 0.85
"""Share of its cores in the busiest phase. Beyond it, queueing inside the generator shows up as
latency of the store (at 85 % use, a random arrival already waits several service times)."""

GENERATOR_WAIT_LIMIT_MS = 1.0
"""Per request; the kernel counts it. With a core of its own the generator waited 0.05 to 0.22 ms,
beside one busy process on that core 0.5 to 0.9 ms, which p99 of the lateness (4 to 6 ms) let pass.
What it waits after an answer has come is no lateness, but it is in the response time."""

SAMPLE_AFTER_S = 2.0
"""Samples come once a second; a hit shortly before the roll-back shows in one that follows, and
one that comes before a fault shows what there was without it."""

LEAST_HELD = 0.5
"""Share of its planned time that a fault has to hold."""

MOST_FAULTS_NAMED = 6
"""In one sentence."""


OF_EVIDENCE = {"idle machine", "generator's core", FOREIGN, STEAL, CLOCK}
"""Names of gates that there are only where the raw files tell what they ask for."""


@dataclass(frozen=True)
class Raw:
    """What gates look at: the raw files of a trial."""

    requests: pd.DataFrame
    """At least the columns of ``experiment.rows.REQUESTS``; all rows that were written."""
    samples: pd.DataFrame
    events: Events
    scheduled: int
    """Rows of the schedule of its block."""


def gates_of(
    trial: TrialFolder, arrivals: Path, load_workers: Sequence[LoadWorker] = ()
) -> tuple[Gate, ...]:
    """All gates of a trial that was run to its end, in the order in which they are reported.

    ``arrivals`` is the schedule of its block; ``load_workers`` are those who sent it, where it was
    divided. Raises InputError when a raw file is not whole.
    """
    return gates_in(read_raw(trial, arrivals), load_workers)


def read_raw(trial: TrialFolder, arrivals: Path) -> Raw:
    return Raw(read_requests(trial), read_samples(trial), read_events(trial), count_rows(arrivals))


def gates_in(raw: Raw, load_workers: Sequence[LoadWorker] = ()) -> tuple[Gate, ...]:
    """The same of files that were read already."""
    requests, samples, events = raw.requests, raw.samples, raw.events
    return (
        *idle_gates(events),
        rows_gate(requests, raw.scheduled),
        lateness_gate(requests),
        *load_worker_gates(load_workers, requests, LATENESS_LIMIT_MS),
        generator_gate(samples, events),
        *generator_core_gates(events, len(requests)),
        fault_gate(samples, events),
        drain_gate(events),
        *disturbance_gates(samples, events, _counting(samples, events)),
    )


def idle_gates(events: Events) -> tuple[Gate, ...]:
    """The machine came to rest before the trial; none where the journal asks for no rest."""
    rest = next((event for event in events if event["event"] == "machine-idle"), None)
    if rest is None:
        return ()
    says = (
        f"{rest['busy_share']:.0%} of all cores were in use after {rest['waited_s']:.0f} s of "
        f"waiting; limit {rest['limit_share']:.0%} for two seconds"
    )
    return (Gate(name="idle machine", passed=rest["idle"], says=says),)


def rows_gate(requests: pd.DataFrame, scheduled: int) -> Gate:
    """Each scheduled request has its row, and only one."""
    rows = len(requests)
    says = f"{rows:,} rows for {scheduled:,} scheduled requests; they must be equal"
    if twice := int(requests.duplicated(["seq", "step"]).sum()):
        return Gate(name="rows", passed=False, says=f"{says}, and {twice:,} are there twice")
    return Gate(name="rows", passed=rows == scheduled and scheduled > 0, says=says)


def lateness_gate(requests: pd.DataFrame) -> Gate:
    late_ms = ((requests["sent_s"] - requests["intended_s"]) * 1000).dropna().to_numpy(np.float64)
    if not len(late_ms):
        return Gate(name="lateness", passed=False, says="no request was sent")
    p99 = nearest_rank(late_ms, 0.99)
    says = (
        f"99 % of requests were sent within {p99:.1f} ms of their time; "
        f"limit {LATENESS_LIMIT_MS:g} ms"
    )
    return Gate(name="lateness", passed=p99 <= LATENESS_LIMIT_MS, says=says)


def generator_gate(samples: pd.DataFrame, events: Events) -> Gate:
    generator = samples[samples["role"] == "generator"]
    windows = _phase_windows(generator, events)
    if not windows:
        return Gate(name="generator CPU", passed=False, says="the load generator was not sampled")
    cores = max(1, int(generator["instances"].max()))
    share = max(
        growth_in(samples, "generator", "cpu_s", window) / (window[1] - window[0]) / cores
        for window in windows
    )
    says = (
        f"the load generator used {share:.0%} of its {cores} core{'s' if cores > 1 else ''} in "
        f"its busiest phase; limit {GENERATOR_CPU_LIMIT:.0%}"
    )
    return Gate(name="generator CPU", passed=share < GENERATOR_CPU_LIMIT, says=says)


def generator_core_gates(events: Events, requests: int) -> tuple[Gate, ...]:
    """The generator had its core when it needed it; none where the journal does not tell."""
    told = next((event for event in events if event["event"] == "generator-waited"), None)
    if told is None:
        return ()
    return (core_gate("generator", told["waited_s"], requests, GENERATOR_WAIT_LIMIT_MS),)


def core_gate(who: str, waited_s: float | None, requests: int, limit_ms: float) -> Gate:
    """A kernel that does not count waiting (None) leaves the judgement to the lateness."""
    name = f"{who}'s core"
    if waited_s is None:
        return Gate(name=name, passed=True, says="the kernel does not count waiting for a core")
    waited_ms = 1000 * waited_s / max(1, requests)
    says = (
        f"other programs kept the {who} waiting for its core, {waited_ms:.2f} ms per request; "
        f"limit {limit_ms:g} ms"
    )
    return Gate(name=name, passed=waited_ms <= limit_ms, says=says)


def fault_gate(samples: pd.DataFrame, events: Events) -> Gate:
    """Every injected fault was seen to bite and was rolled back."""
    injected = [event for event in events if event["event"] == "fault-injected"]
    lifted = [event for event in events if event["event"] == "fault-lifted"]
    toothless = [
        event["target"] for event in lifted if not _bit(event, _since_s(event, injected), samples)
    ]
    left_out = [event for event in events if event["event"] == "fault-not-applicable"]
    if not injected:
        says = f"not applicable: {_named(left_out)}" if left_out else "no fault was planned"
        return Gate(name="faults", passed=True, says=says)
    if len(lifted) < len(injected):
        return Gate(name="faults", passed=False, says="a fault was not rolled back")
    if toothless:
        return Gate(name="faults", passed=False, says=f"the fault on {toothless[0]} did not bite")
    if short := [words for event in lifted if (words := _too_short(event, injected))]:
        return Gate(name="faults", passed=False, says=short[0])
    seen = ", ".join(f"{event['kind']} of {event['target']} ({event['says']})" for event in lifted)
    if len(lifted) > MOST_FAULTS_NAMED:
        seen = f"each of {len(lifted)} faults"
    says = f"bit and was rolled back: {seen}"
    if left_out:
        says += f"; not applicable: {_named(left_out)}"
    return Gate(name="faults", passed=True, says=says)


def _named(faults: Events) -> str:
    return ", ".join(f"{event['kind']} of {event['target']}" for event in faults)


def drain_gate(events: Events) -> Gate:
    drained = any(event["event"] == "drained" for event in events)
    says = (
        "every request had its outcome before the deadline" if drained else "the drain did not end"
    )
    return Gate(name="drain", passed=drained, says=says)


def _since_s(lifted: dict[str, Any], injected: Events) -> float:
    """When the fault that was lifted then had been injected."""
    end_s = float(lifted["actual_s"])
    same = [e for e in injected if (e["kind"], e["target"]) == (lifted["kind"], lifted["target"])]
    return max((s for s in (float(e["actual_s"]) for e in same) if s <= end_s), default=end_s)


def _too_short(lifted: dict[str, Any], injected: Events) -> str:
    """In words, if a fault held for less than half of its time; empty else.

    The one before it may have taken long to lift, or its own injection.
    """
    since_s, until_s = _since_s(lifted, injected), float(lifted["actual_s"])
    planned = [e for e in injected if float(e["actual_s"]) == since_s]
    planned_s = float(lifted["planned_s"]) - float(planned[0]["planned_s"]) if planned else 0.0
    if until_s - since_s >= LEAST_HELD * planned_s:
        return ""
    return f"the fault on {lifted['target']} held {until_s - since_s:.1f} s of {planned_s:g} s"


def _bit(lifted: dict[str, Any], since_s: float, samples: pd.DataFrame) -> bool:
    """Whether the fault's own probe saw it bite and, where they can show it, the samples agree.

    Samples agree when a fault point was hit while it held, or the role had no instance left. They
    come once a second; where the trial has none, the gate on the generator's CPU fails anyway.
    """
    until_s = float(lifted["rolled_back_s"]) + SAMPLE_AFTER_S
    held = samples[samples["t_s"].between(since_s - SAMPLE_AFTER_S, until_s)]
    match lifted["seen_in"]:
        case "fault_hits":
            hits = held.groupby("role", observed=True)["fault_hits"]
            seen = bool((hits.max() > hits.min()).any())
        case "instances":
            seen = bool((held.loc[held["role"] == lifted["target"], "instances"] == 0).any())
        case _:
            seen = True
    return bool(lifted["bit"]) and seen


def _phase_windows(generator: pd.DataFrame, events: Events) -> list[Window]:
    """Phases as they happened; the last one ends with the samples."""
    return [window for _, window in _phases(generator, events)]


def _counting(samples: pd.DataFrame, events: Events) -> list[tuple[str, Window]]:
    """The same with their names, of all phases but the warm-up.

    The last one ends with the generator: what it uses to write its rows, once the last answer has
    come, no sample counts any more.
    """
    warm = {e["phase"] for e in events if e["event"] == "phase-started" and _is_warm_up(e)}
    generator = samples[(samples["role"] == "generator") & (samples["instances"] > 0)]
    return [phase for phase in _phases(generator, events) if phase[0] not in warm]


def _is_warm_up(started: dict[str, Any]) -> bool:
    return started.get("kind") == "warm-up"


def _phases(generator: pd.DataFrame, events: Events) -> list[tuple[str, Window]]:
    if generator.empty:
        return []
    started = [event for event in events if event["event"] == "phase-started"]
    edges = [*(float(e["actual_s"]) for e in started), float(generator["t_s"].max())]
    windows = zip(started, pairwise(edges), strict=False)
    return [(str(event["phase"]), window) for event, window in windows if window[1] > window[0]]
