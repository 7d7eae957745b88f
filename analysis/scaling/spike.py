"""When what a spike costs is added up, and what it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.windows import Window
from experiment.phase import PlannedPhase


@dataclass(frozen=True)
class Spike:
    window: Window
    """From the begin of its phase to the end of the last one: what is scaled up stays for long."""
    calm: tuple[Window, ...]
    """The baselines before it; empty when there are none."""


def phase_of_spike(timetable: Sequence[PlannedPhase], otherwise: str) -> str:
    """Name of the first phase with a surge; ``otherwise`` where the load has another shape."""
    return next((p.phase.name for p in timetable if p.phase.surge), otherwise)


def spike_of(timetable: Sequence[PlannedPhase], phase: str) -> Spike:
    """The spike that begins with a phase, or with the first of a group."""
    begin_s = min(p.start_s for p in timetable if p.is_in(phase))
    calm = [(p.start_s, p.end_s) for p in timetable if p.phase.kind == "baseline"]
    return Spike((begin_s, timetable[-1].end_s), tuple(w for w in calm if w[1] <= begin_s))
