import os
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest

from testbed import procfs
from testbed.selfcheck.gates import answers_gate, core_gate, server_gates

FINE = {"answers": 1_000, "late_p99_ms": 0.2, "waited_for_cpu_s": [0.1, 0.15]}


def broken(folder: Path, **members: Any) -> list[str]:
    record = folder / "server.json"
    record.write_bytes(orjson.dumps({**FINE, **members}))
    return [gate.name for gate in server_gates(record) if not gate.passed]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, []),
        ({"waited_for_cpu_s": [None, None]}, []),
        ({"waited_for_cpu_s": [0.1, 0.7]}, ["server's core"]),
        ({"late_p99_ms": 10.1}, ["server's lateness"]),
        ({"late_p99_ms": 10.1, "waited_for_cpu_s": [None, None]}, ["server's lateness"]),
        ({"answers": 0, "waited_for_cpu_s": [0.1, 0.1]}, []),
    ],
)
def test_a_server_that_was_kept_waiting_voids_the_measurement(
    tmp_path: Path, members: dict[str, Any], expected: list[str]
) -> None:
    assert broken(tmp_path, **members) == expected


@pytest.mark.parametrize(("outcome", "passed"), [("ok", True), ("timeout", False)])
def test_one_request_without_a_right_answer_voids_the_measurement(
    outcome: str, *, passed: bool
) -> None:
    assert answers_gate(pd.DataFrame({"outcome": ["ok", outcome]})).passed == passed


def test_a_generator_that_was_kept_waiting_voids_the_measurement() -> None:
    assert core_gate("generator", (1.0, 1.04), 100).passed
    assert not core_gate("generator", (1.0, 1.06), 100).passed


def test_the_kernel_counts_how_long_this_process_waited_for_its_core() -> None:
    before_s, after_s = (procfs.waited_for_cpu_s(os.getpid()) for _ in range(2))
    assert before_s is None or 0 <= before_s <= (after_s or 0)
