"""A worker on another machine: a network namespace, with a monotonic clock of its own."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from remote_workers import free_address, remote_worker
from tiny_platform import TinyPlatform, TinyStore, run_one, tiny_scenario, trial_of
from tiny_servers import Reply, Request, ScriptedServer, tiny_store

from experiment.load_worker import RemoteLoad
from testbed.janitor import Belongings
from testbed.load_workers import with_workers

pytestmark = pytest.mark.long  # each waits for a whole load

NETWORK = list(ip_network("198.18.0.0/15").subnets(new_prefix=30))[os.getpid() % 2**15]
"""Of the range that is set aside for benchmarks (RFC 2544); another for each process of tests."""
HERE, THERE = (str(host) for host in NETWORK.hosts())
AHEAD_S = 1_000


@dataclass(frozen=True)
class OtherMachine:
    name: str
    cable: str

    @property
    def command(self) -> tuple[str, ...]:
        """What is put before a command that runs there, its clock ahead of ours."""
        inside = ("ip", "netns", "exec", self.name)
        return (*inside, "unshare", "--time", f"--monotonic={AHEAD_S}", "--fork")

    def unplug(self) -> None:
        _run("ip", "link", "set", self.cable, "down")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def other_machine() -> Iterator[OtherMachine]:
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("another machine takes a network namespace, which takes root and ip")
    if subprocess.run(["unshare", "--time", "true"], capture_output=True, check=False).returncode:
        pytest.skip("a clock of its own takes a time namespace, which the kernel does not have")
    other = OtherMachine(f"twinstack-{os.getpid()}", f"tw{os.getpid()}")
    _run("ip", "netns", "add", other.name)
    try:
        there = ("ip", "-n", other.name)
        _run("ip", "link", "add", other.cable, "type", "veth", "peer", "eth0", "netns", other.name)
        _run("ip", "address", "add", f"{HERE}/30", "dev", other.cable)
        _run("ip", "link", "set", other.cable, "up")
        _run(*there, "address", "add", f"{THERE}/30", "dev", "eth0")
        _run(*there, "link", "set", "eth0", "up")
        _run(*there, "link", "set", "lo", "up")
        yield other
    finally:
        _run("ip", "netns", "delete", other.name)


def test_a_clock_that_is_far_ahead_changes_nothing_but_its_record(
    tmp_path: Path, belongings: Belongings, other_machine: OtherMachine
) -> None:
    answer, begins = tiny_store(), []

    def script(request: Request) -> tuple[float, Reply]:
        begins.append(time.time())
        return answer(request)

    master = free_address(HERE)
    trial = trial_of(tmp_path, with_workers(tiny_scenario(), 1), RemoteLoad(listen=master))
    with (
        ScriptedServer(script, HERE) as url,
        remote_worker(master, tmp_path, before=other_machine.command),
    ):
        record = run_one(trial, TinyPlatform(belongings, TinyStore(url)))
    (worker,) = record.load_workers
    assert abs(1000 * (worker.offset_s - AHEAD_S)) <= worker.uncertainty_ms + 0.001
    rows = pq.read_table(trial.files.requests).to_pandas()
    assert set(rows.outcome) == {"ok"}
    assert len(rows) == pq.read_table(trial.arrivals).num_rows
    assert abs(begins[0] - (record.t0_unix + rows.sent_s.min())) < 0.2


@pytest.mark.long
def test_a_worker_whose_cable_is_pulled_is_missed_within_seconds(
    tmp_path: Path, belongings: Belongings, other_machine: OtherMachine
) -> None:
    answer, seen, pulled = tiny_store(), [], []

    def pull() -> None:
        other_machine.unplug()
        pulled.append(time.monotonic())

    def script(request: Request) -> tuple[float, Reply]:
        seen.append(request)
        if len(seen) == 20:
            threading.Thread(target=pull).start()
        return answer(request)

    master = free_address(HERE)
    trial = trial_of(tmp_path, with_workers(tiny_scenario(), 1), RemoteLoad(listen=master))
    with (
        ScriptedServer(script, HERE) as url,
        remote_worker(master, tmp_path, before=other_machine.command),
    ):
        record = run_one(trial, TinyPlatform(belongings, TinyStore(url)))
        assert time.monotonic() - pulled[0] < 20
    assert record.status == "void"
    assert "was silent for more than 5 s" in record.reason
