"""The pods of one role, or of one database server, as their controller keeps them."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from experiment.errors import RunError
from testbed.platforms.kubernetes.cluster import Cluster
from testbed.platforms.kubernetes.places import OpenInside, Place
from testbed.platforms.kubernetes.pods import Pod

READY_WITHIN_S = 600.0
"""Python needs a second of CPU to start, and an instance may have a fiftieth of one."""
GONE_WITHIN_S = 90.0
POLL_S = 0.5
HOPELESS = (
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerConfigError",
)
"""Reasons for a pod not to start that waiting does not mend."""
FIRST_TO_GO = "controller.kubernetes.io/pod-deletion-cost=-1000"


@dataclass
class Group:
    name: str
    controller: str
    """Such as ``deployment/catalog``."""
    selector: str
    """Of its pods."""
    cluster: Cluster
    open_inside: OpenInside
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    places: list[Place] = field(default_factory=list)
    retired: list[Place] = field(default_factory=list)
    """Places that are gone for good: what was used there stays."""
    given: int = 0
    """Numbers that were given to places; none is given twice."""

    @property
    def taken(self) -> list[Place]:
        return [place for place in self.places if place.is_taken]

    def add_places(self, count: int) -> list[Place]:
        numbers = range(self.given + 1, self.given + count + 1)
        added = [Place(f"{self.name}-{number}", self.open_inside) for number in numbers]
        self.given += count
        self.places += added
        return added

    def retire(self, names: Collection[str]) -> None:
        gone = [place for place in self.places if place.name in names]
        self.retired += gone
        self.places = [place for place in self.places if place not in gone]

    def settle(self, wanted: Sequence[Place], faults: bytes) -> None:
        """Return when the places ``wanted`` are taken as well, by pods that are ready."""
        ready = self._await_ready(len(self.taken) + len(wanted))
        known = {place.pod.uid for place in self.taken if place.pod is not None}
        fresh = [pod for pod in ready if pod.uid not in known]
        for place, pod in zip(wanted, fresh, strict=True):
            place.take(pod, faults)

    def scale(self, count: int) -> None:
        self.cluster.kubectl("scale", self.controller, f"--replicas={count}")

    def let_go(self, places: Sequence[Place]) -> set[str]:
        """The controller gives up the pods of these places, and no others; returns their names."""
        names = {place.pod.name for place in places if place.pod is not None}
        self.cluster.kubectl("annotate", "pods", *sorted(names), "--overwrite", FIRST_TO_GO)
        self.scale(len(self.taken) - len(places))
        return names

    def await_end(self, names: Collection[str]) -> None:
        """Return when these pods are gone; RunError when that takes too long."""
        until = self.clock() + GONE_WITHIN_S
        while left := sorted({pod.name for pod in self._pods()} & set(names)):
            if self.clock() > until:
                raise RunError(f"{', '.join(left)} did not end within {GONE_WITHIN_S:g} s.")
            self.sleep(POLL_S)

    def _await_ready(self, count: int) -> list[Pod]:
        until = self.clock() + READY_WITHIN_S
        while True:
            pods = self._pods()
            ready = [pod for pod in pods if pod.is_ready]
            if len(ready) == count:
                return ready
            troubles = [pod.trouble for pod in pods if pod.trouble]
            if self.clock() > until or any(each.startswith(HOPELESS) for each in troubles):
                said = f"{len(ready)} of {count} pods of {self.name} are ready."
                raise RunError(" ".join([said, *troubles[:1]]))
            self.sleep(POLL_S)

    def _pods(self) -> list[Pod]:
        return [Pod.of(each) for each in self.cluster.objects("pods", "-l", self.selector)]
