"""``twinstack up`` as a user starts it, and how it ends when a part of its store is killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

STOPPED = {
    "PostgreSQL": "The database server has ended, so the store is stopped; ",
    "Envoy": "The edge has ended, so the store is stopped; ",
}


@pytest.fixture
def up(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "testbed", "up", "monolith", "--products", "200"],
        env=os.environ | {"TWINSTACK_STATE": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.terminate()
    process.communicate(timeout=30)


@pytest.mark.long
@pytest.mark.parametrize("victim", STOPPED)
def test_a_store_that_lost_a_part_is_stopped_with_one_sentence(
    victim: str, up: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    assert up.stdout is not None
    steps = [up.stdout.readline() for _ in range(5)]
    assert steps[0].startswith("Making a PostgreSQL server and the sample data")
    assert "http://127.0.0.1:" in steps[3]
    (record,) = tmp_path.glob("*.jsonl")
    started = [json.loads(line) for line in record.read_text().splitlines()]
    pids = [each["pid"] for each in started if each.get("name") == victim]
    os.kill(pids[-1], signal.SIGKILL)
    _, said = up.communicate(timeout=60)
    assert up.returncode == 1
    assert len(said.splitlines()) == 1
    assert said.removeprefix("twinstack: ").startswith(STOPPED[victim])
    assert not record.exists()
