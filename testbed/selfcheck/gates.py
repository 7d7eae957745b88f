"""Gates of the bench, before those of every trial: the server was the one that theory knows.

What another program took from the server is not to be booked on the instrument.
"""

from pathlib import Path

import orjson
import pandas as pd

from analysis.gates import LATENESS_LIMIT_MS
from experiment.record import Gate

SERVER_GATES = ("server's core", "server's lateness")

LATE_LIMIT_MS = LATENESS_LIMIT_MS
"""p99: the same is asked of both sides. Answers due all at once, after a stall, take some ms."""

WAITED_LIMIT_MS = 0.5
"""Per answer. A server that has its core for itself waits for less than a tenth of it."""


def server_gates(record: Path) -> tuple[Gate, ...]:
    """From what the server left; a kernel that does not count waiting leaves the second alone."""
    document = orjson.loads(record.read_bytes())
    late = _late_gate(document["late_p99_ms"])
    if document["waited_for_cpu_s"] is None:
        return (late,)
    return (_core_gate(1000 * document["waited_for_cpu_s"] / max(1, document["answers"])), late)


def _core_gate(waited_ms: float) -> Gate:
    says = (
        f"other programs kept the server waiting for its core, {waited_ms:.2f} ms per answer; "
        f"limit {WAITED_LIMIT_MS:g} ms"
    )
    return Gate(name=SERVER_GATES[0], passed=waited_ms <= WAITED_LIMIT_MS, says=says)


def _late_gate(late_ms: float) -> Gate:
    says = (
        f"99 % of the server's answers left within {late_ms:.1f} ms of their time; "
        f"limit {LATE_LIMIT_MS:g} ms"
    )
    return Gate(name=SERVER_GATES[1], passed=late_ms <= LATE_LIMIT_MS, says=says)


def answers_gate(rows: pd.DataFrame) -> Gate:
    """``rows`` has the schema ``REQUESTS``."""
    wrong = int((rows["outcome"] != "ok").sum())
    says = f"{wrong:,} of {len(rows):,} requests had no right answer; there may be none"
    return Gate(name="answers", passed=wrong == 0, says=says)
