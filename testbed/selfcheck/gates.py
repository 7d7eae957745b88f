"""Gates of the bench, beside those of every trial: nobody else used the cores.

What other programs take from server or generator is not to be booked on the instrument. In a
trial it cannot be told from what a store takes; here it can, since the server's needs are known.
"""

from pathlib import Path

import orjson
import pandas as pd

from analysis.gates import LATENESS_LIMIT_MS
from experiment.record import Gate

BUSY_GATES = ("server's core", "server's lateness", "generator's core")
"""Broken where the machine is too busy for the bench, whatever the instrument is like."""

LATE_LIMIT_MS = LATENESS_LIMIT_MS
"""p99: the same is asked of both sides. Answers due all at once, after a stall, take some ms."""

WAITED_LIMIT_MS = 0.5
"""Per request. Who has a core for himself waits for a small part of it."""

Waited = tuple[float | None, float | None]
"""Seconds for which a process had waited for its core, before and after; None: not counted."""


def server_gates(record: Path) -> tuple[Gate, ...]:
    """From what the server left."""
    document = orjson.loads(record.read_bytes())
    before_s, after_s = document["waited_for_cpu_s"]
    core = core_gate("server", (before_s, after_s), document["answers"])
    return (core, _late_gate(document["late_p99_ms"]))


def core_gate(who: str, waited_s: Waited, requests: int) -> Gate:
    """A kernel that does not count waiting leaves the judgement to the lateness of both sides."""
    name, (before_s, after_s) = f"{who}'s core", waited_s
    if before_s is None or after_s is None:
        return Gate(name=name, passed=True, says="the kernel does not count waiting for a core")
    waited_ms = 1000 * (after_s - before_s) / max(1, requests)
    says = (
        f"other programs kept the {who} waiting for its core, {waited_ms:.2f} ms per request; "
        f"limit {WAITED_LIMIT_MS:g} ms"
    )
    return Gate(name=name, passed=waited_ms <= WAITED_LIMIT_MS, says=says)


def _late_gate(late_ms: float) -> Gate:
    says = (
        f"99 % of the server's answers left within {late_ms:.1f} ms of their time; "
        f"limit {LATE_LIMIT_MS:g} ms"
    )
    return Gate(name=BUSY_GATES[1], passed=late_ms <= LATE_LIMIT_MS, says=says)


def answers_gate(rows: pd.DataFrame) -> Gate:
    """``rows`` has the schema ``REQUESTS``."""
    wrong = int((rows["outcome"] != "ok").sum())
    says = f"{wrong:,} of {len(rows):,} requests had no right answer; there may be none"
    return Gate(name="answers", passed=wrong == 0, says=says)
