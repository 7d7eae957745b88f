from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest

from testbed.selfcheck.gates import answers_gate, server_gates

FINE = {"answers": 1_000, "late_p99_ms": 0.2, "waited_for_core_s": 0.05}


def broken(folder: Path, **members: Any) -> list[str]:
    record = folder / "server.json"
    record.write_bytes(orjson.dumps({**FINE, **members}))
    return [gate.name for gate in server_gates(record) if not gate.passed]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, []),
        ({"waited_for_core_s": None}, []),
        ({"waited_for_core_s": 0.6}, ["server's core"]),
        ({"late_p99_ms": 10.1}, ["server's lateness"]),
        ({"late_p99_ms": 10.1, "waited_for_core_s": None}, ["server's lateness"]),
        ({"answers": 0, "waited_for_core_s": 0.0}, []),
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
