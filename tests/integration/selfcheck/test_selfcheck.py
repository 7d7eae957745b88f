"""The real generator before the real server of known queues."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from experiment.record import read_json
from testbed import procfs
from testbed.selfcheck import command
from testbed.selfcheck.bench import Bench, VoidError
from testbed.selfcheck.check import Check
from testbed.selfcheck.checks import lindley, stall, starved
from testbed.selfcheck.finding import Finding, SelfcheckRecord, compared
from testbed.selfcheck.gates import BUSY_GATES
from testbed.selfcheck.queues import Queues
from testbed.terminal import Terminal


def longer_by(share: float, queues: Queues) -> Queues:
    return replace(queues, services_s=(1 + share) * queues.services_s)


def judged(bench: Bench, check: Check, seconds: float) -> Sequence[Finding]:
    """What the check finds; there is nothing to find where others use the cores."""
    try:
        return check.run(bench, seconds)
    except VoidError as error:
        if error.gate.name in BUSY_GATES:
            pytest.skip(f"the machine is too busy: {error}")
        raise


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWINSTACK_STATE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def bench(state: Path) -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.mark.alone
@pytest.mark.parametrize(
    ("check", "seconds"),
    [
        pytest.param(lindley.CHECK, 3.0, id="lindley"),
        pytest.param(stall.CHECK, 5.0, id="stall", marks=pytest.mark.long),
    ],
)
def test_the_instrument_measures_what_theory_says(
    bench: Bench, check: Check, seconds: float
) -> None:
    findings = judged(bench, check, seconds)
    assert {finding.outcome for finding in findings} == {"passed"}, [
        finding.says for finding in findings
    ]


@pytest.mark.long
def test_a_server_that_is_slower_than_theory_says_is_noticed(bench: Bench) -> None:
    wanted = lindley.queues(2.0)
    finding = lindley.judge(wanted, bench.attempt(longer_by(0.1, wanted)))
    assert finding.outcome == "failed"
    assert finding.deviation > 0.1


@pytest.mark.long
def test_a_starved_generator_voids_its_run(bench: Bench) -> None:
    (finding,) = starved.run(bench, 2.0)
    assert finding.outcome == "passed", finding.note


@pytest.mark.long
def test_findings_are_written_as_a_record(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = compared("M/D/1", "mean", measured=61.2, theory=60.0, limit=0.05)
    monkeypatch.setattr(command, "CHECKS", [Check("M/D/1", 1.0, 1.0, lambda *_: [found])])
    command.selfcheck(Terminal(quiet=True), "quick", tmp_path / "selfcheck.json")
    record = read_json(tmp_path / "selfcheck.json", SelfcheckRecord)
    assert record.findings == (found,)
    assert record.machine.cores >= 1


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["selfcheck", "--quick"], id="selfcheck"),
        pytest.param(["bench"], id="bench", marks=pytest.mark.long),
    ],
)
def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, command: list[str]) -> None:
    environment = {**os.environ, "TWINSTACK_STATE": str(tmp_path), "TMPDIR": str(tmp_path)}
    testbed = [sys.executable, "-m", "testbed", *command]
    with subprocess.Popen(testbed, env=environment, stderr=subprocess.PIPE, text=True) as running:
        seen = started_in(tmp_path)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
    assert running.returncode == 1
    assert "Stopped; nothing is left running" in said
    assert list(tmp_path.iterdir()) == []
    assert not [entry for entry in seen if procfs.is_alive(entry["pid"], entry["started"])]


def started_in(state: Path) -> list[dict[str, Any]]:
    """Processes on record as soon as server and generator are among them."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        lines = [line for file in state.glob("*.jsonl") for line in file.read_bytes().split(b"\n")]
        entries = [orjson.loads(line) for line in lines[:-1]]
        found = [entry for entry in entries if entry["kind"] == "process"]
        if len(found) > 1:
            return found
        time.sleep(0.05)
    raise AssertionError("nothing was started")
