"""Which cores the store may use, and which the load generator."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cores:
    """A generator that competes with the store for a core measures itself."""

    store: frozenset[int]
    generator: frozenset[int]

    @property
    def says(self) -> str:
        if self.store == self.generator:
            return "store and generator share the only core"
        return f"store on {listed(self.store)}, generator on {listed(self.generator)}"


def listed(cores: Collection[int]) -> str:
    return f"core{'s' if len(cores) > 1 else ''} {', '.join(map(str, sorted(cores)))}"


def split(available: Collection[int]) -> Cores:
    """The last core is the generator's, where there are two or more."""
    cores = sorted(available)
    if len(cores) == 1:
        return Cores(frozenset(cores), frozenset(cores))
    return Cores(frozenset(cores[:-1]), frozenset(cores[-1:]))


def move_to(cpus: Collection[int], pids: Collection[int]) -> None:
    """Let all threads of these processes run on these cores only; new ones inherit that."""
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with suppress(ProcessLookupError):  # one that has ended says nothing of the others
                    os.sched_setaffinity(int(thread.name), cpus)


@contextmanager
def on_cpus(cpus: Collection[int]) -> Iterator[None]:
    """Children started inside by this thread inherit these cores; empty: nothing changes."""
    if not cpus:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
