"""What a run started, written down before it goes on, so that somebody can clean up after it.

Each run keeps one file of JSON lines under the state directory: its owner first, then every
process, folder and control group, and whether a container engine has anything of it. Every process
also carries the record's name in its environment, so that one is found, too, whose owner was killed
before it could write it down. Two readers clean up when the owner is gone without having done so
itself: a watchman, a small process that waits for the owner's death, and ``clean``, for what a dead
watchman left. Neither touches a run whose owner lives, nor a process that merely got a recorded id.
"""

import errno
import os
import re
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import NoneType, TracebackType
from typing import IO, Any, Self

import orjson

from experiment.errors import InputError, RunError, TwinstackError
from experiment.record import write_whole
from testbed import procfs, shared_memory

MARK = "TWINSTACK_RUN"
"""Environment variable of every process of a run: the name of its record."""
STOP_WITHIN_S = 5.0
WATCHES_WITHIN_S = 30.0
REMEDY = "Set TWINSTACK_STATE to a folder of yours."
DAMAGED = ".damaged"
"""Added to the name of a record that could not be read in full."""
_WATCHING = b"."
_POLL_S = 0.05
_LOOKS_WITHOUT_ANY = 2
_FOLDER_OF_OURS = re.compile(r"twinstack-(selfcheck-\w+|[0-9a-f]{8})")
_GROUP_OF_OURS = re.compile(r"twinstack-.+")
_MEMBERS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "owner": {"boot": str, "pid": int, "started": int},
    "process": {"name": str, "stop": int, "pid": int, "started": int},
    "folder": {"path": str},
    "control-group": {"path": str},
    "containers": {},
    "swarm": {"had_gateway": bool},
    "namespace": {"context": str, "name": str, "kubeconfig": (str, NoneType)},
}
"""Of the lines of a record, by their kind."""


def state_dir() -> Path:
    """Where runs are recorded: ``TWINSTACK_STATE``, or the user's state directory."""
    if chosen := os.environ.get("TWINSTACK_STATE"):
        return Path(chosen)
    if folder := os.environ.get("XDG_STATE_HOME"):
        return Path(folder) / "twinstack"
    try:
        return Path.home() / ".local" / "state" / "twinstack"
    except RuntimeError as error:
        raise InputError(f"This user has no home folder for the state of runs. {REMEDY}") from error


def make_state_folder(state: Path) -> None:
    """Make the folder where runs are recorded; InputError where that cannot be."""
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"{error.strerror} ({error.filename})"
        raise InputError(f"The state of runs cannot be kept in {state}: {why}. {REMEDY}") from error


class Belongings:
    """The record of one run, kept by its owner.

    At the end of its ``with`` block the watchman looks whether anything is left, for instance
    because a second Ctrl-C cut the owner's own cleaning short.
    """

    def __init__(self, state: Path) -> None:
        make_state_folder(state)
        self.file = state / f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        self._watchman: subprocess.Popen[bytes] | None = None
        owner = {"kind": "owner", "boot": procfs.boot_id(), **_identity(os.getpid())}
        # As a whole: a cleaner that comes by must not see a record without an owner.
        write_whole(self.file, orjson.dumps(owner) + b"\n")

    @property
    def mark(self) -> dict[str, str]:
        """What every process of this run has to have in its environment."""
        return {MARK: self.file.stem}

    def process(self, name: str, pid: int, stop: signal.Signals) -> None:
        """A process that leads a group of its own and stops on the signal ``stop``."""
        with suppress(ProcessLookupError):  # it has ended already: nothing to remember
            self._write("process", name=name, stop=stop.value, **_identity(pid))

    def folder(self, path: Path) -> None:
        self._write("folder", path=str(path.absolute()))

    @contextmanager
    def temporary_folder(self, base: Path | None = None) -> Iterator[Path]:
        """A folder that goes at the end of the block, or with its owner; recorded before it is.

        In ``base``, or where the system has such folders.
        """
        path = (base or Path(tempfile.gettempdir())) / f"twinstack-{secrets.token_hex(4)}"
        self.folder(path)
        path.mkdir(mode=0o700)
        try:
            yield path
        finally:
            shutil.rmtree(path)

    def control_group(self, path: Path) -> None:
        self._write("control-group", path=str(path))

    def containers(self) -> None:
        """From now on an engine may have containers, networks and volumes of this run."""
        self._write("containers")

    def swarm(self, *, had_gateway: bool) -> None:
        """From now on the engine may be in a Swarm that is of this run alone.

        ``had_gateway``: the bridge that a Swarm brings was there before.
        """
        self._write("swarm", had_gateway=had_gateway)

    def namespace(self, context: str, name: str, kubeconfig: str | None) -> None:
        """One of a cluster; ``kubeconfig``: where its context is, None: where it is usual."""
        self._write("namespace", context=context, name=name, kubeconfig=kubeconfig)

    def _write(self, kind: str, **members: Any) -> None:
        with self.file.open("ab") as file:
            file.write(orjson.dumps({"kind": kind, **members}) + b"\n")

    def __enter__(self) -> Self:
        # The pipe closes when this process ends, however it ends. (PR_SET_PDEATHSIG would fire
        # when the starting *thread* ends, and could not remove folders and control groups.)
        # -P: in a folder that has a ``testbed`` of its own, it would be that one.
        self._watchman = subprocess.Popen(
            [sys.executable, "-P", "-m", "testbed.janitor", str(self.file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        if not _watches(self._watchman):
            self._watchman.kill()
            self._watchman.communicate()
            self.file.unlink()
            raise RunError(
                "The watchman, a process that cleans up after a run that is killed, does not "
                "start; nothing was started without it."
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._watchman is not None:
            self._watchman.communicate()  # closes the pipe and waits


def _watches(watchman: subprocess.Popen[bytes]) -> bool:
    """Whether it says so, within the time for it."""
    assert watchman.stdout is not None  # noqa: S101 - a pipe was asked for
    readable, _, _ = select.select([watchman.stdout], [], [], WATCHES_WITHIN_S)
    return bool(readable) and watchman.stdout.read(1) == _WATCHING


def _identity(pid: int) -> dict[str, int]:
    stat = procfs.read_stat(pid)
    if stat is None:
        raise ProcessLookupError(pid)
    return {"pid": pid, "started": stat.started}


@dataclass(frozen=True)
class _Record:
    file: Path
    entries: list[dict[str, Any]]
    """Without the lines that make no sense."""
    damaged_lines: int = 0

    @property
    def owner(self) -> dict[str, Any] | None:
        return next(iter(self.of_kind("owner")), None)

    @property
    def is_of_this_boot(self) -> bool:
        return self.owner is not None and self.owner["boot"] == procfs.boot_id()

    @property
    def owner_lives(self) -> bool:
        if self.owner is None:  # damaged: who has the id that names the file may be the owner
            pid, _, _ = self.file.name.partition("-")
            return pid.isdecimal() and procfs.read_stat(int(pid)) is not None
        return self.is_of_this_boot and _lives(self.owner)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["kind"] == kind]


def clean(state: Path) -> list[str]:
    """Clean up after every run whose owner is gone; says in sentences what was done.

    What cannot be done is said as well, and keeps nothing else from being done.
    """
    said = []
    for file in sorted(state.glob("*.jsonl")):
        try:
            record = _read(file)
        except OSError as error:
            said.append(f"The record {file} cannot be read and is left: {error.strerror}.")
            continue
        if record is None:
            continue
        if not record.owner_lives:
            said += _clean_up_after(record)
        elif record.owner is None:
            said.append(
                f"The record {file} is damaged and is left: a process with the id of its owner "
                "lives. Remove it when that is none of ours."
            )
    return said


def _read(file: Path) -> _Record | None:
    """The record; None when another cleaner was faster. A line cut off by a kill is left out."""
    try:
        lines = [line for line in file.read_bytes().split(b"\n")[:-1] if line]
    except FileNotFoundError:
        return None
    entries = [entry for entry in map(_entry, lines) if entry is not None]
    return _Record(file, entries, len(lines) - len(entries))


def _entry(line: bytes) -> dict[str, Any] | None:
    """None where nothing of ours can have written it."""
    try:
        entry = orjson.loads(line)
        members = _MEMBERS[entry["kind"]]
        whole = all(isinstance(entry[name], wanted) for name, wanted in members.items())
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return entry if whole and _is_of_ours(entry) else None


def _is_of_ours(entry: dict[str, Any]) -> bool:
    """Whether what is to be removed has a name that we give; a damaged record may name anything."""
    path = Path(entry.get("path", "/"))
    is_plain = path.is_absolute() and ".." not in path.parts
    match entry["kind"]:
        case "folder":
            return is_plain and bool(_FOLDER_OF_OURS.fullmatch(path.name))
        case "control-group":
            return is_plain and _is_group_of_ours(path)
    return True


def _is_group_of_ours(path: Path) -> bool:
    """It, or one around it, has a name of ours; where one is, the kernel has its groups."""
    mounts = [mount for mount in procfs.control_group_mounts() if path.is_relative_to(mount)]
    is_elsewhere = path.exists() and not mounts
    return any(map(_GROUP_OF_OURS.fullmatch, path.parts)) and not is_elsewhere


def _clean_up_after(record: _Record) -> list[str]:
    said, failed = [], False
    for work in _works(record):
        try:
            said += work()
        except (TwinstackError, OSError) as error:  # the record stays, for the next cleaner
            said.append(str(error))
            failed = True
    if record.damaged_lines:
        said.append(_put_aside(record))
    elif not failed:
        record.file.unlink(missing_ok=True)
    return said


def _works(record: _Record) -> Iterator[Callable[[], list[str]]]:
    """What is to be done, in this order; each says what it did."""
    if record.is_of_this_boot or record.owner is None:
        yield partial(_stop_processes, record)
    if record.of_kind("containers"):
        yield partial(_remove_containers, record)
    for entry in reversed(record.of_kind("control-group")):  # the inner ones were made later
        yield partial(_remove_recorded_group, Path(entry["path"]))
    for entry in record.of_kind("folder"):
        yield partial(_remove_recorded_folder, record, Path(entry["path"]))
    for entry in record.of_kind("namespace"):
        yield partial(_remove_namespace, entry, record.file.stem)


def _stop_processes(record: _Record) -> list[str]:
    known = record.of_kind("process") if record.is_of_this_boot else []
    alive = [entry for entry in known if _lives(entry)]
    _stop(alive)
    said = [f"Stopped {entry['name']} (process {entry['pid']})." for entry in alive]
    return said + [f"Stopped process {pid}." for pid in _kill_marked(record.file.stem)]


def _remove_recorded_group(path: Path) -> list[str]:
    if not path.exists():
        return []
    remove_control_group(path)
    return [f"Removed the control group {path}."]


def _remove_recorded_folder(record: _Record, path: Path) -> list[str]:
    if not path.exists():
        return []
    # No memory outlives a boot: what has its id by now is somebody else's.
    of_all = (path / "data", *path.glob("*/data")) if record.is_of_this_boot else ()
    pieces = sum(map(shared_memory.remove_left_by, of_all))
    _remove_folder(path)
    memory = [f"Removed {pieces} pieces of memory that a database server left."] if pieces else []
    return [*memory, f"Removed the folder {path}."]


def _put_aside(record: _Record) -> str:
    aside = record.file.with_name(record.file.name + DAMAGED)
    record.file.replace(aside)
    return (
        f"A record was damaged and is {aside} now: what {record.damaged_lines} of its lines named "
        "may be left."
    )


def _remove_containers(record: _Record) -> list[str]:
    # The engine's library takes longer to load than most runs have to wait for a watchman.
    from testbed.platforms.containers.cleaning import leave_swarm, remove_run_of  # noqa: PLC0415 - see above

    said = remove_run_of(record.file.stem)
    for entry in record.of_kind("swarm"):
        said += leave_swarm(had_gateway=entry["had_gateway"])
    return said


def _remove_namespace(entry: dict[str, Any], run: str) -> list[str]:
    from testbed.platforms.kubernetes.cleaning import remove_namespace  # noqa: PLC0415 - rarely needed

    return remove_namespace(entry, run)


def _stop(alive: list[dict[str, Any]]) -> None:
    """All at once; what is still there after the deadline is killed, with its children."""
    for entry in alive:
        _signal(os.kill, entry, signal.Signals(entry["stop"]))
        _signal(os.killpg, entry, signal.SIGCONT)  # one that is paused would not hear it
    until = time.monotonic() + STOP_WITHIN_S
    while time.monotonic() < until and any(_lives(entry) for entry in alive):
        time.sleep(_POLL_S)
    for entry in alive:
        if _lives(entry):
            _signal(os.killpg, entry, signal.SIGKILL)


def _kill_marked(name: str) -> list[int]:
    """Kill what carries the record's name and was not written down, until nothing is left.

    The last look comes a moment after the one before it: a process may be just about to start.
    """
    killed: set[int] = set()
    until = time.monotonic() + STOP_WITHIN_S
    quiet = 0
    while quiet < _LOOKS_WITHOUT_ANY and time.monotonic() < until:
        marked = procfs.with_environment(MARK, name)
        quiet = 0 if marked else quiet + 1
        killed.update(marked)
        for pid in marked:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_POLL_S)
    return sorted(killed)


def remove_control_group(group: Path, within_s: float = STOP_WITHIN_S) -> None:
    """Remove it, and those in it, as soon as the last process is gone.

    OSError when that takes too long.
    """
    until = time.monotonic() + within_s
    inner = [path for path in group.rglob("*") if path.is_dir()]
    for each in [*sorted(inner, reverse=True), group]:  # the longer path of two comes first
        _remove_emptied(each, until)


def _remove_emptied(group: Path, until: float) -> None:
    while group.exists():
        try:
            group.rmdir()
        except FileNotFoundError:  # another cleaner was faster
            return
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > until:
                raise
            time.sleep(_POLL_S)


def _remove_folder(folder: Path) -> None:
    while folder.exists():
        with suppress(FileNotFoundError):  # another cleaner was faster with a part of it
            shutil.rmtree(folder)


def _signal(
    send: Callable[[int, int], None], entry: dict[str, Any], number: signal.Signals
) -> None:
    with suppress(ProcessLookupError):
        send(entry["pid"], number)


def _lives(entry: dict[str, Any]) -> bool:
    return procfs.is_alive(entry["pid"], entry["started"])


def living_owners(state: Path) -> list[int]:
    """Processes, other than this one, that have stores up on this machine by their records."""
    owners = set()
    for file in state.glob("*.jsonl"):
        with suppress(OSError):  # somebody else's: ``clean`` says so
            record = _read(file)
            if record is not None and record.owner is not None and record.owner_lives:
                owners.add(record.owner["pid"])
    return sorted(owners - {os.getpid()})


def watch(file: Path, lifeline: IO[bytes]) -> list[str]:
    """Wait for the end of ``lifeline``, then clean up what ``file`` still says."""
    lifeline.read()
    record = _read(file)
    return _clean_up_after(record) if record is not None else []


if __name__ == "__main__":
    os.write(sys.stdout.fileno(), _WATCHING)
    watch(Path(sys.argv[1]), sys.stdin.buffer)
