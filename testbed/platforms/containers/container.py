"""One container of a run: started, watched and ended like a process."""

import time
from collections.abc import Callable
from pathlib import Path

from docker.errors import APIError, NotFound
from docker.models.containers import Container

from experiment.errors import RunError
from testbed import procfs
from testbed.platforms.containers.casting import Placement

_POLL_S = 0.01
_LAST_LINES = 12
_ENDS_WITHIN_S = 10.0


class RunningContainer:
    """Implements ``Running`` for a container that was started.

    Its processes are processes of this machine, so that whether it lives is seen without the
    engine. Its log goes to ``log`` when it is removed.
    """

    def __init__(self, container: Container, name: str, log: Path, stop: str = "SIGTERM") -> None:
        container.reload()
        self.container = container
        self.name = name
        self._log = log
        self._stop = stop
        self._pid = int(container.attrs["State"]["Pid"])
        stat = procfs.read_stat(self._pid) if self._pid else None
        self._started = stat.started if stat is not None else None

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def is_alive(self) -> bool:
        return self._started is not None and procfs.is_alive(self._pid, self._started)

    @property
    def last_words(self) -> str:
        lines = self._said().splitlines()[-_LAST_LINES:]
        return f"the log of its container ends: {chr(10).join(lines) or '(empty)'}"

    def check(self) -> None:
        if not self.is_alive:
            raise RunError(f"The container of {self.name} has ended; {self.last_words}")

    def ask_to_stop(self) -> None:
        self.resume()
        self.ask(self._stop)

    def finish(self) -> None:
        self.ask("SIGTERM")

    def ask(self, signal: str) -> None:
        """Send a signal to its first process."""
        if self.is_alive:
            self._tell(lambda: self.container.kill(signal=signal))

    def kill(self) -> None:
        self.resume()  # the engine does not kill what it has paused
        self.ask("SIGKILL")
        if not self.ended_within(_ENDS_WITHIN_S):
            raise RunError(f"The container of {self.name} outlives SIGKILL.")

    def ended_within(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while self.is_alive:
            if time.monotonic() > until:
                return False
            time.sleep(_POLL_S)
        return True

    def pause(self) -> None:
        self._tell(self.container.pause)

    def resume_workers(self) -> None:
        """All at once: the engine freezes and thaws a container as a whole."""
        self.resume()

    def resume(self) -> None:
        if not self.is_alive:
            return
        self.container.reload()
        if self.container.status == "paused":
            self._tell(self.container.unpause)

    def move(self, place: Placement) -> None:
        """Let it run there from now on."""
        to = place.resources
        self._tell(
            lambda: self.container.update(
                cpuset_cpus=to["CpusetCpus"],
                cpu_shares=to["CpuShares"],
                cpu_quota=to["CpuQuota"],
                cpu_period=to["CpuPeriod"],
            )
        )

    def refused_connections(self) -> int:
        """That it tried to make and was refused; 0 once it is gone."""
        try:
            return procfs.refused_connections(self.pid)
        except OSError:
            return 0

    def address_in(self, network: str) -> str:
        """Its IPv4 address there; RunError when it ended before it had one."""
        self.container.reload()
        address: str = self.container.attrs["NetworkSettings"]["Networks"][network]["IPAddress"]
        if not address:
            raise RunError(f"The container of {self.name} has no address; {self.last_words}")
        return address

    def addresses(self) -> list[str]:
        """Its IPv4 addresses on all its networks."""
        self.container.reload()
        networks = self.container.attrs["NetworkSettings"]["Networks"].values()
        return [each["IPAddress"] for each in networks if each["IPAddress"]]

    def remove(self) -> None:
        """For good, with its log kept; whatever it still runs is killed."""
        with self._log.open("a", encoding="utf-8") as log:
            log.write(self._said())
        try:
            self.container.remove(force=True, v=True)
        except NotFound:
            return

    def _said(self) -> str:
        try:
            return self.container.logs().decode(errors="replace")
        except NotFound:
            return "(the container is gone)\n"

    def _tell(self, command: Callable[[], object]) -> None:
        """A container that has ended meanwhile is left alone."""
        try:
            command()
        except APIError as error:
            if self.is_alive:
                raise RunError(f"The engine refuses {self.name}: {error.explanation}.") from error
