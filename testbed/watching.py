"""What is watched beside the samples, where a scenario asks for it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from experiment.footprint import Reading
from experiment.phase import PlannedPhase
from experiment.record import TrialFolder
from experiment.rows import LIMBO
from testbed.clock import Clock
from testbed.footprint import FootprintWatch
from testbed.platforms.platform import RunningStore
from testbed.sampler import Sampler, of_limbo


@dataclass(frozen=True)
class Watches:
    """Those of one trial, until the end of its load."""

    files: TrialFolder
    timetable: Sequence[PlannedPhase]
    limbo: bool
    rest: Reading | None
    """What the store held before the load; None: its footprint is not asked for."""

    @contextmanager
    def on(self, store: RunningStore, clock: Clock) -> Iterator[None]:
        with ExitStack() as watching:
            if self.limbo:
                read = watching.enter_context(store.limbo())
                watching.enter_context(Sampler(of_limbo(read), clock, self.files.limbo, LIMBO))
            if self.rest is not None:
                file = self.files.footprint
                watch = FootprintWatch(store, clock, self.timetable, self.rest, file)
                watching.enter_context(watch)
            yield
