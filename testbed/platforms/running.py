"""Whatever a platform runs: a tree of processes of this machine, or a container."""

from collections.abc import Callable
from typing import Protocol

Address = tuple[str, int]
"""IPv4 address and port."""


class Running(Protocol):
    """A program that was started."""

    @property
    def pid(self) -> int:
        """Of its first process, as this machine numbers it; names this start of the program."""

    @property
    def is_alive(self) -> bool: ...

    @property
    def last_words(self) -> str:
        """Where its log is and how it ends, for a message."""

    def check(self) -> None:
        """Raise RunError, with the last lines of its log, when it has ended."""

    def kill(self) -> None:
        """All its processes at once, no goodbye; returns when they are gone."""

    def ask_to_stop(self) -> None:
        """Ask it to end at once, in order, whatever it has in hand."""

    def finish(self) -> None:
        """Ask it to end once it has answered what it was asked."""

    def ended_within(self, seconds: float) -> bool: ...

    def pause(self) -> None:
        """Stop every process of it where it is."""

    def resume_workers(self) -> None:
        """Let those go on that serve, where a process that watches over them can wait for it."""

    def resume(self) -> None:
        """Let all go on; nothing happens to one that is not paused."""


class Look(Protocol):
    """What running programs have used, as one look at the machine shows it."""

    def cpu_s(self, running: Running) -> float:
        """CPU time of all its processes; 0 for one that is gone."""

    def exact_cpu_s(self, running: Running) -> float:
        """The same as exactly as the machine knows it; of living processes only."""

    def memory_mb(self, running: Running) -> float:
        """Memory of all its processes in MiB; 0 for one that is gone."""

    def pids(self, running: Running) -> list[int]:
        """Its processes, the first one first; none for one that is gone."""

    def is_paused(self, running: Running) -> bool: ...


TakeLook = Callable[[], Look]
