"""What containers use, from the control groups that the engine has made for them."""

from pathlib import Path

from testbed.platforms.running import Running

MOUNTS = Path("/sys/fs/cgroup")
PROC = Path("/proc")
_MIB = 2**20
_NS = 1e-9
_US = 1e-6


class ControlGroupLook:
    """Implements ``Look``; each figure is read when it is asked for, the engine is left alone."""

    def cpu_s(self, running: Running) -> float:
        """To the nanosecond (version 1) or microsecond (version 2), with all who have ended."""
        for folder, file, key, unit in (
            (_folder(running.pid, "cpuacct"), "cpuacct.usage", None, _NS),
            (_folder(running.pid, ""), "cpu.stat", "usage_usec", _US),
        ):
            if folder is not None and (found := _number(folder / file, key)) is not None:
                return found * unit
        return 0.0

    exact_cpu_s = cpu_s

    def memory_mb(self, running: Running) -> float:
        """As the engine tells it: all pages of the group but those of files not used lately."""
        for folder, file, key in (
            (_folder(running.pid, "memory"), "memory.usage_in_bytes", "total_inactive_file"),
            (_folder(running.pid, ""), "memory.current", "inactive_file"),
        ):
            if folder is not None and (used := _number(folder / file)) is not None:
                return (used - (_number(folder / "memory.stat", key) or 0)) / _MIB
        return 0.0

    def pids(self, running: Running) -> list[int]:
        for controller in ("cpuacct", ""):
            folder = _folder(running.pid, controller)
            if folder is not None and (text := _read(folder / "cgroup.procs")) is not None:
                return sorted(map(int, text.split()))
        return []

    def is_paused(self, running: Running) -> bool:
        frozen = _folder(running.pid, "freezer")
        if frozen is not None and (state := _read(frozen / "freezer.state")) is not None:
            return state.strip() == "FROZEN"
        unified = _folder(running.pid, "")
        return unified is not None and _number(unified / "cgroup.events", "frozen") == 1


def _folder(pid: int, controller: str) -> Path | None:
    """The control group of a process; None where there is no such process or controller."""
    text = _read(PROC / str(pid) / "cgroup")
    for line in (text or "").splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return _mount(controllers) / path.lstrip("/")
    return None


def _mount(controllers: str) -> Path:
    """Version 2 alone is mounted at the top, or beside version 1 in a folder of its own."""
    if controllers:
        return MOUNTS / controllers
    unified = MOUNTS / "unified"
    return unified if unified.is_dir() else MOUNTS


def _number(file: Path, key: str | None = None) -> int | None:
    """The number in a file, or that in the line that starts with ``key``; None: not there."""
    text = _read(file)
    if text is None:
        return None
    if key is None:
        return int(text)
    found = (line.split() for line in text.splitlines())
    return next((int(value) for name, value in found if name == key), None)


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="ascii")
    except OSError:  # it has ended, or the other version of control groups has no such file
        return None
