"""What control groups tell of containers, in both versions."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from testbed.platforms.containers import usage
from testbed.platforms.containers.usage import ControlGroupLook

GROUP = "docker/abc"
OF_VERSION_1 = (
    "9:name=systemd:/x\n4:memory:/docker/abc\n3:freezer:/docker/abc\n2:cpuacct:/docker/abc\n0::/\n"
)
OF_VERSION_2 = "0::/docker/abc\n"


@dataclass(frozen=True)
class Someone:
    pid: int


@pytest.fixture(params=["version 1", "version 2"])
def machine(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A process in a group that used 1.5 s and 64 MB, of which 4 MB are files not used lately."""
    version: str = request.param
    proc, mounts = tmp_path / "proc", tmp_path / "cgroup"
    files = {
        "version 1": {
            "cpuacct/docker/abc/cpuacct.usage": "1500000123\n",
            "cpuacct/docker/abc/cgroup.procs": "12\n7\n",
            "memory/docker/abc/memory.usage_in_bytes": f"{64 * 2**20}\n",
            "memory/docker/abc/memory.stat": f"cache 1\ntotal_inactive_file {4 * 2**20}\n",
            "freezer/docker/abc/freezer.state": "FROZEN\n",
        },
        "version 2": {
            "docker/abc/cpu.stat": "usage_usec 1500000\nuser_usec 3\n",
            "docker/abc/cgroup.procs": "12\n7\n",
            "docker/abc/memory.current": f"{64 * 2**20}\n",
            "docker/abc/memory.stat": f"anon 1\ninactive_file {4 * 2**20}\n",
            "docker/abc/cgroup.events": "populated 1\nfrozen 1\n",
        },
    }[version]
    for name, content in files.items():
        (mounts / name).parent.mkdir(parents=True, exist_ok=True)
        (mounts / name).write_text(content)
    (proc / "7").mkdir(parents=True)
    (proc / "7" / "cgroup").write_text(OF_VERSION_1 if version == "version 1" else OF_VERSION_2)
    monkeypatch.setattr(usage, "MOUNTS", mounts)
    monkeypatch.setattr(usage, "PROC", proc)
    return version


def test_cpu_memory_processes_and_pause_of_a_container(machine: str) -> None:
    look, container = ControlGroupLook(), Someone(7)
    assert look.cpu_s(container) == pytest.approx(1.5)  # type: ignore[arg-type]
    assert look.memory_mb(container) == 60  # type: ignore[arg-type]
    assert look.pids(container) == [7, 12]  # type: ignore[arg-type]
    assert look.is_paused(container)  # type: ignore[arg-type]


def test_a_container_that_is_gone_uses_nothing(machine: str) -> None:
    look, gone = ControlGroupLook(), Someone(os.getpid() + 1_000_000)
    assert look.cpu_s(gone) == look.memory_mb(gone) == 0  # type: ignore[arg-type]
    assert look.pids(gone) == []  # type: ignore[arg-type]
    assert not look.is_paused(gone)  # type: ignore[arg-type]
