"""Gates of the bench, beside those of every trial: nobody else used the cores.

What other programs take from server or generator is not to be booked on the instrument. In a
trial it cannot be told from what a store takes; here it can, since the server's needs are known.
"""

from pathlib import Path

import orjson
import pandas as pd

from analysis.gates import LATENESS_LIMIT_MS, core_gate
from experiment.record import Gate

BUSY_GATES = ("server's core", "server's lateness", "generator's core")
"""Broken where the machine is too busy for the bench, whatever the instrument is like."""

LATE_LIMIT_MS = LATENESS_LIMIT_MS
"""p99: the same is asked of both sides. Answers due all at once, after a stall, take some ms."""

WAITED_LIMIT_MS = 0.5
"""Per request. Who has a core for himself waits for a small part of it."""


def server_gates(record: Path) -> tuple[Gate, ...]:
    """From what the server left."""
    document = orjson.loads(record.read_bytes())
    waited_s, answers = document["waited_for_core_s"], document["answers"]
    core = core_gate("server", waited_s, answers, WAITED_LIMIT_MS)
    return (core, _late_gate(document["late_p99_ms"]))


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
