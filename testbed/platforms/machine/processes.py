"""One process of a run: started, recorded, watched and stopped the same way, whatever it is."""

import os
import signal
import subprocess
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from pwd import struct_passwd

from experiment.errors import RunError
from testbed import procfs
from testbed.environment import passed_on
from testbed.janitor import Belongings
from testbed.platforms.machine.affinity import on_cpus
from testbed.platforms.running import Running

STOP_WITHIN_S = 8.0
_LAST_LINES = 12
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")


@dataclass(frozen=True)
class Program:
    """What to start, and how it wants to be stopped."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    cpus: Collection[int] = ()
    """Cores it may use; empty: all."""
    joins: Sequence[Path] = ()
    """``cgroup.procs`` files of the control groups that it joins before it starts."""
    inherits: Sequence[int] = ()
    """File descriptors."""
    folder: Path | None = None
    """Working directory; None: ours."""
    user: struct_passwd | None = None
    """Another operating-system user, for what refuses to run as root."""
    stop: signal.Signals = signal.SIGTERM


class OwnedProcess:
    """A running ``Program`` that leads a process group of its own; implements ``Running``."""

    def __init__(self, program: Program, popen: subprocess.Popen[bytes]) -> None:
        self.program = program
        self._popen = popen

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_alive(self) -> bool:
        return self._popen.poll() is None

    @property
    def last_words(self) -> str:
        return f"its log {self.program.log} ends: {last_lines(self.program.log)}"

    def ask_to_stop(self) -> None:
        """Only the process itself is asked: it stops its children, each of them once."""
        self.send(self.program.stop)
        self.resume()  # one that is paused would not hear it

    def send(self, number: signal.Signals) -> None:
        self._popen.send_signal(number)

    def finish(self) -> None:
        self.send(signal.SIGTERM)

    def pause(self) -> None:
        self._send_to_group(signal.SIGSTOP)

    def resume_workers(self) -> None:
        for stat in procfs.tree(procfs.snapshot(), self.pid)[1:]:
            with suppress(ProcessLookupError):
                os.kill(stat.pid, signal.SIGCONT)

    def resume(self) -> None:
        self._send_to_group(signal.SIGCONT)

    def kill(self) -> None:
        """The whole group at once, no goodbye."""
        self._send_to_group(signal.SIGKILL)
        self._popen.wait()

    def _send_to_group(self, number: signal.Signals) -> None:
        if self.is_alive:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def ended_within(self, seconds: float) -> bool:
        try:
            self._popen.wait(timeout=max(seconds, 0))
        except subprocess.TimeoutExpired:
            return False
        return True

    def check(self) -> None:
        """Raise RunError, with the last lines of its log, when the process has ended."""
        if not self.is_alive:
            raise RunError(
                f"{self.program.name} ended with status {self._popen.returncode}; {self.last_words}"
            )


def start(program: Program, belongings: Belongings) -> OwnedProcess:
    """Start a program and record it for the janitor; RunError when it cannot be started."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as log, on_cpus(program.cpus):
        try:
            popen = subprocess.Popen(
                _joining(program.joins, program.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=program.folder,
                env=_environment(program.environment) | belongings.mark,
                pass_fds=program.inherits,
                start_new_session=True,
                user=program.user and program.user.pw_uid,
                group=program.user and program.user.pw_gid,
                extra_groups=program.user and [],
            )
        except OSError as error:
            raise RunError(f"{program.name} cannot be started: {error}.") from error
    belongings.process(program.name, popen.pid, program.stop)
    return OwnedProcess(program, popen)


def _joining(groups: Sequence[Path], command: Sequence[str]) -> list[str]:
    """A shell joins the groups and becomes the program, so that no moment is spent outside."""
    if not groups:
        return list(command)
    join = 'until [ "$1" = -- ]; do echo $$ > "$1" || exit 1; shift; done; shift; exec "$@"'
    return ["/bin/sh", "-c", join, "sh", *map(str, groups), "--", *command]


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    return {**passed_on(_PASSED_ON), **own}


def stop_all(processes: Iterable[Running], within_s: float = STOP_WITHIN_S) -> None:
    """Ask all at once, wait for all, kill the rest."""
    asked = list(processes)
    for process in asked:
        process.ask_to_stop()
    until = time.monotonic() + within_s
    for process in asked:
        if not process.ended_within(until - time.monotonic()):
            process.kill()


def last_lines(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return "(no log)"
    return "\n".join(lines[-_LAST_LINES:]) or "(empty)"
