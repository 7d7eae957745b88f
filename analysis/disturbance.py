"""Gates on what came from outside: other programs, the hypervisor, and a clock that was set."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.outside import OUTSIDE
from analysis.reading import Events
from analysis.resources import growth_in, store_roles
from analysis.windows import Window
from experiment.footprint import EDGE
from experiment.record import Gate

FOREIGN, STEAL, CLOCK = "foreign CPU", "stolen CPU", "clock"
"""Names of the gates."""

MORE_PER_CORE = 0.01
"""Of each core after the first: interrupts and threads of the kernel are on all of them."""

SPARE_S = 0.2
"""CPU seconds in any phase: times of forty processes come in hundredths of a second, and what a
process used since the last look at it is lost with a kill."""

STEAL_LIMIT = 0.05
"""Of a side's cores in a phase. In 654 trials of the reference runs it was 0.01 % in the middle,
0.15 % in nine of ten, and over 5 % in one of a hundred."""

CLOCK_LIMIT_MS = 50.0
"""From one sample to the next, a second or two. The kernel slews a clock by 0.5 ms in a second, and
programs that make haste by up to 83; a step is larger. Half of it is what people call at once."""

GENERATOR = "generator"

Phase = tuple[str, Window]
"""Its name, and when it really was."""


@dataclass(frozen=True)
class _Side:
    """Cores of one part of a trial, which stand on the row of ``role`` in the samples."""

    words: str
    role: str
    cores: int
    known: tuple[str, ...]
    """Roles that run on them; this tool does beside the generator."""


@dataclass(frozen=True)
class _Taken:
    """What others had of a side in a phase."""

    side: _Side
    phase: str
    share: float
    """Of one core for foreign CPU, of all of the side for steal."""
    beyond: float
    """Over the limit; below zero within it."""


def disturbance_gates(
    samples: pd.DataFrame, events: Events, phases: Sequence[Phase]
) -> Iterator[Gate]:
    """None where nobody watched. ``phases``: those that count."""
    watched = next((event for event in events if event["event"] == "cores-watched"), None)
    if watched is not None and phases:
        sides = _sides(samples, watched)
        yield _foreign(samples, sides, float(watched["limit_share"]), phases)
        yield _steal(samples, sides, phases)
    own = samples[samples["role"] == GENERATOR].sort_values("t_s")
    moved_ms = own["clock_ms"].dropna().to_numpy(np.float64)
    if len(moved_ms):
        yield _clock(float(np.abs(np.diff(moved_ms, prepend=0.0)).max()))


def _sides(samples: pd.DataFrame, watched: dict[str, Any]) -> list[_Side]:
    """Two, or one where store and generator share the only core."""
    store, generator = len(watched["store"]), len(watched["generator"])
    ours = tuple(store_roles(samples))
    beside = tuple(role for role in OUTSIDE if (samples["role"] == role).any())
    if watched["store"] == watched["generator"]:
        return [_Side("the only core", GENERATOR, generator, (*ours, *beside))]
    return [
        _Side("the store's cores", EDGE, store, ours),
        _Side("the generator's", GENERATOR, generator, beside),
    ]


def foreign_s(samples: pd.DataFrame, side: _Side, window: Window) -> float:
    """CPU seconds that others took; below zero by what samples cannot separate."""
    ours = sum(growth_in(samples, role, "cpu_s", window) for role in side.known)
    if side.role == GENERATOR:
        ours += growth_in(samples, GENERATOR, "tool_cpu_s", window)
    return growth_in(samples, side.role, "cores_busy_s", window) - ours


def _foreign(
    samples: pd.DataFrame, sides: Sequence[_Side], limit: float, phases: Sequence[Phase]
) -> Gate:
    def taken(side: _Side, phase: str, window: Window) -> _Taken:
        lasted_s, by_others_s = window[1] - window[0], foreign_s(samples, side, window)
        allowed_s = SPARE_S + lasted_s * (limit + MORE_PER_CORE * (side.cores - 1))
        beyond = (by_others_s - allowed_s) / lasted_s
        return _Taken(side, phase, max(0.0, by_others_s / lasted_s), beyond)

    worst = _worst(taken(side, *phase) for side in sides for phase in phases)
    says = f"other programs took {worst.share:.0%} of a core of {worst.side.words} in {worst.phase}"
    limits = f"limit {limit:.0%} and {SPARE_S:g} s"
    return Gate(name=FOREIGN, passed=limit >= 1 or worst.beyond <= 0, says=f"{says}; {limits}")


def _steal(samples: pd.DataFrame, sides: Sequence[_Side], phases: Sequence[Phase]) -> Gate:
    def taken(side: _Side, phase: str, window: Window) -> _Taken:
        stolen_s = growth_in(samples, side.role, "cores_steal_s", window)
        share = stolen_s / (window[1] - window[0]) / side.cores
        return _Taken(side, phase, share, share - STEAL_LIMIT)

    worst = _worst(taken(side, *phase) for side in sides for phase in phases)
    says = (
        f"the hypervisor gave {worst.share:.1%} of {worst.side.words} to others in {worst.phase}; "
        f"limit {STEAL_LIMIT:.0%}"
    )
    return Gate(name=STEAL, passed=worst.beyond <= 0, says=says)


def _worst(found: Iterable[_Taken]) -> _Taken:
    return max(found, key=lambda each: each.beyond)


def _clock(jump_ms: float) -> Gate:
    says = (
        f"from one sample to the next, the wall clock moved by {jump_ms:.1f} ms at most against "
        f"the monotonic one; limit {CLOCK_LIMIT_MS:g} ms"
    )
    return Gate(name=CLOCK, passed=jump_ms <= CLOCK_LIMIT_MS, says=says)
