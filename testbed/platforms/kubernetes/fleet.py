"""All pods of one store: looked at, lost, brought back, added and taken away."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from experiment.errors import RunError
from testbed.platforms.kubernetes.cluster import Cluster
from testbed.platforms.kubernetes.groups import Group
from testbed.platforms.kubernetes.overlay import FAULTS_FILE
from testbed.platforms.kubernetes.places import OpenInside, Place
from testbed.platforms.kubernetes.pods import Pod

AT_ONCE = 8
NO_FAULTS = b'{"faults":[]}'


@dataclass(frozen=True)
class Expected:
    """A group of pods that are starting."""

    name: str
    controller: str
    selector: str
    count: int


class Fleet:
    """Groups may be changed side by side; one group is changed by one thread at a time."""

    def __init__(self, cluster: Cluster, open_inside: OpenInside) -> None:
        self._cluster = cluster
        self._open_inside = open_inside
        self._groups: dict[str, Group] = {}
        self._faults = NO_FAULTS

    def settle(self, expected: Sequence[Expected]) -> None:
        """Take in new groups; returns when all of their pods are ready."""
        with ThreadPoolExecutor(AT_ONCE) as settlers:
            list(settlers.map(self._settle, expected))

    def _settle(self, expected: Expected) -> None:
        group = Group(
            expected.name,
            expected.controller,
            expected.selector,
            self._cluster,
            self._open_inside,
        )
        self._groups[expected.name] = group
        group.settle(group.add_places(expected.count), self._faults)

    def group(self, name: str) -> Group:
        """RunError for one that is not there."""
        if name not in self._groups:
            raise RunError(f"This store has no {name!r}; it has {sorted(self._groups)}.")
        return self._groups[name]

    def groups_of(self, names: Collection[str]) -> list[str]:
        """The groups in which places of these names are."""
        return [group.name for group, _ in self._by_group(names)]

    def running(self, selector: str) -> dict[str, Pod]:
        """The pods that run now, by uid, asked of the cluster."""
        pods = (Pod.of(each) for each in self._cluster.objects("pods", "-l", selector))
        return {pod.uid: pod for pod in pods if pod.is_running}

    def look(self, names: Iterable[str]) -> None:
        """Read the meters of these groups, several at once."""
        self._at_once(Place.look, names)

    def arm(self, content: bytes) -> None:
        """Returns when every pod has it; those that come later are given it first."""
        self._faults = content
        self._at_once(lambda place: place.write(FAULTS_FILE, content), self._groups)

    def kill(self, names: Collection[str]) -> None:
        """They end without finishing what they have, and nobody replaces them."""
        for group, places in self._by_group(names):
            lost = [place for place in places if place.is_taken]
            for place in lost:
                place.leave()
            gone = group.let_go(lost) if lost else set()
            for place in lost:
                with suppress(RunError):  # the line may break before the answer
                    place.inside.end()
            self._delete(gone)
            for place in lost:
                place.vacate()

    def withdraw(self, names: Collection[str]) -> None:
        """They leave all lists, finish what they have, and end."""
        for group, places in self._by_group(names):
            leaving = [place for place in places if place.is_taken]
            for place in leaving:
                place.leave()
            group.await_end(group.let_go(leaving) if leaving else set())
            for place in leaving:
                place.vacate()

    def start(self, names: Collection[str]) -> None:
        """New pods for those of these places that have none; returns when they are ready."""
        for group, places in self._by_group(names):
            empty = [place for place in places if not place.is_taken]
            for place in empty:
                place.is_expected = True
            if empty:
                group.scale(len(group.taken) + len(empty))
                group.settle(empty, self._faults)

    def grow(self, name: str, count: int) -> list[str]:
        """So many more places; returns their names when they are taken."""
        added = [place.name for place in self.group(name).add_places(count)]
        self.start(added)
        return added

    def shrink(self, name: str, count: int) -> list[str]:
        """So many places less, the youngest first; returns their names when they are gone."""
        group = self.group(name)
        leaving = [place.name for place in group.places[-count:][::-1]]
        self.withdraw(leaving)
        group.retire(leaving)
        return leaving

    def close(self) -> None:
        for group in self._groups.values():
            for place in group.places:
                place.vacate()

    def _by_group(self, names: Collection[str]) -> Iterator[tuple[Group, list[Place]]]:
        for group in self._groups.values():
            if found := [place for place in group.places if place.name in names]:
                yield group, found

    def _at_once(self, work: Callable[[Place], None], names: Iterable[str]) -> None:
        places = [place for name in names for place in self.group(name).taken]
        with ThreadPoolExecutor(AT_ONCE) as workers:
            list(workers.map(work, places))

    def _delete(self, names: Collection[str]) -> None:
        at_once = ["--force", "--grace-period=0", "--wait=false", "--ignore-not-found"]
        if names:
            self._cluster.kubectl("delete", "pods", *sorted(names), *at_once)
