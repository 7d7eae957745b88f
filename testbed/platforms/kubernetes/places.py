"""Places for instances: their names stay, whichever pods take them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from experiment.errors import RunError
from testbed.platforms.kubernetes.inside import Inside
from testbed.platforms.kubernetes.meter import Meter
from testbed.platforms.kubernetes.overlay import CHANGES_FILE, FAULTS_FILE
from testbed.platforms.kubernetes.pods import Pod

OpenInside = Callable[[str], Inside]
"""A line into the pod of that name."""


@dataclass
class Place:
    """One place of a role, and the pod that has it."""

    name: str
    open_inside: OpenInside
    pod: Pod | None = None
    is_expected: bool = True
    """Whether a pod has the place or is on its way: it takes from the budget from then on."""
    meter: Meter = field(default_factory=Meter)
    changes: list[bytes] = field(default_factory=list)
    """What pods that are gone had reported."""
    _inside: Inside | None = None
    _is_leaving: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)
    """One thread looks while another takes the place's pod away."""

    @property
    def is_taken(self) -> bool:
        return self.pod is not None

    @property
    def inside(self) -> Inside:
        """RunError when nobody has the place."""
        if self._inside is None:
            raise RunError(f"{self.name} does not run.")
        return self._inside

    def take(self, pod: Pod, faults: bytes) -> None:
        """``faults``: what is armed, of which the pod does not know yet."""
        with self._lock:
            self._inside = self.open_inside(pod.name)
            self.pod, self._is_leaving = pod, False
            self._inside.write(FAULTS_FILE, faults)

    def look(self) -> None:
        """Read the meter; a container that was started again is looked into once more.

        RunError when it cannot be looked into.
        """
        with self._lock:
            if self.pod is None or self._is_leaving:
                return
            try:
                self.meter.read(self.inside.look())
            except RunError:
                self._reconnect(self.pod)
                self.meter.read(self.inside.look())

    def write(self, file: str, content: bytes) -> None:
        """Nothing happens where the pod is about to go."""
        with self._lock:
            if self.is_taken and not self._is_leaving:
                self.inside.write(file, content)

    def ask(self, port: int, path: str) -> bytes:
        """Of what listens on the loopback of its pod; RunError when nothing answers."""
        with self._lock:
            return self.inside.ask(port, path)

    def _reconnect(self, pod: Pod) -> None:
        self.inside.close()
        self.meter.container_ended()
        self._inside = self.open_inside(pod.name)

    def reported(self) -> bytes:
        """Lines about changes of state, of all pods that had the place."""
        with self._lock:
            now = self.inside.show(CHANGES_FILE) if self.is_taken else b""
            return b"".join([*self.changes, now])

    def leave(self) -> None:
        """The pod is about to go: what it has used and reported stays."""
        with self._lock:
            self.look()
            self.changes.append(self.inside.show(CHANGES_FILE))
            self._is_leaving = True

    def vacate(self) -> None:
        """It is gone. Safe to repeat."""
        with self._lock:
            if self._inside is not None:
                self._inside.close()
                self.meter.pod_ended()
            self._inside = self.pod = None
            self.is_expected = False
