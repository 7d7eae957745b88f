"""The search itself: which value is probed next, and which bracket remains. Pure, no I/O.

Values lie on a ladder of equal ratios, from the easiest rung (a small load, many resources) to
the hardest. Whatever is asked follows from the answers so far, so that a search that was
interrupted goes on where it stood, and a report finds the same bracket again.
"""

import math
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from experiment.part import Profile
from experiment.search import Search

TELLING = 1.01
"""Ratio of two rungs below which they are one."""

Answer = tuple[int, bool]
"""A rung that was probed, and whether the objective held there."""


@dataclass(frozen=True)
class Bracket:
    """Between which rungs the limit lies.

    ``holds`` is the hardest rung at which every probe held, ``fails`` the easiest at which every
    probe failed. ``holds`` is None when even the easiest rung failed, ``fails`` is None when even
    the hardest held: the limit is then outside of what was searched, and no number.
    """

    holds: int | None
    fails: int | None


@dataclass(frozen=True)
class Ladder:
    """Rungs from the easiest to the hardest, and where the search begins."""

    rungs: tuple[float, ...]
    start: int
    stride: int
    """Rungs of one step of the first bracket."""
    reprobes: int


def ladder_of(search: Search, profile: Profile, start: float, offset: float) -> Ladder:
    """The rungs of a search that begins near ``start``.

    ``offset``, from 0 to 1, shifts all rungs by that part of one step. Drawn anew for each
    search it makes the error of the midpoint uniform and independent; with the same rungs every
    time, all blocks would err alike, and their agreement would look like certainty (subtractive
    dither; Schuchman, IEEE Transactions on Communication Technology 12, 1964).
    """
    step = math.log(search.resolution.of(profile))
    origin = math.log(min(max(start, search.lowest), search.highest)) + (offset - 0.5) * step
    first = math.ceil((math.log(search.lowest) - origin) / step)
    last = math.floor((math.log(search.highest) - origin) / step)
    inner = [three_figures(math.exp(origin + k * step)) for k in range(first, last + 1)]
    # The bounds are rungs as well: "above the highest" is to speak of the one that was declared.
    values = [search.lowest, *_well_inside(inner, search), search.highest]
    if search.kind == "demand":
        values.reverse()
    middle = min(range(len(values)), key=lambda index: abs(math.log(values[index]) - origin))
    stride = max(1, round(math.log(search.factor) / step))
    return Ladder(tuple(values), middle, stride, search.reprobes)


def _well_inside(values: list[float], search: Search) -> list[float]:
    """Without those that a probe could not tell from a bound."""
    return [v for v in values if search.lowest * TELLING < v < search.highest / TELLING]


def three_figures(value: float) -> float:
    """A value that can be read aloud; the rounding is far below any resolution."""
    return float(f"{value:.3g}")


def next_step(ladder: Ladder, answers: Sequence[Answer]) -> int | Bracket:
    """The rung to probe next, or the bracket once nothing is left to ask.

    ``answers`` are those to the questions of this function, in order; ValueError for others.
    """
    search = _Hunt(ladder).run()
    step: int | None = None
    try:
        step = next(search)
        for rung, held in answers:
            if rung != step:
                raise ValueError(f"rung {rung} was answered where {step} was asked")
            step = search.send(held)
    except StopIteration as end:
        bracket: Bracket = end.value
        return bracket
    return step


Steps = Generator[int, bool, None]


@dataclass
class _Hunt:
    """One search under way; ``low`` and ``high`` are the ends of its bracket."""

    ladder: Ladder
    low: int = -1
    high: int = -1
    held: Counter[int] = field(default_factory=Counter)
    failed: Counter[int] = field(default_factory=Counter)

    def run(self) -> Generator[int, bool, Bracket]:
        top = len(self.ladder.rungs)
        self.low, self.high = -1, top
        yield from self._enclose()
        yield from self._bisect()
        yield from self._confirm()
        return Bracket(
            holds=self.low if self.low >= 0 else None,
            fails=self.high if self.high < top else None,
        )

    def _ask(self, rung: int) -> Generator[int, bool, bool]:
        held = yield rung
        (self.held if held else self.failed)[rung] += 1
        return held

    def _enclose(self) -> Steps:
        """Walk from the start in steps of one stride until the answer changes."""
        top, rung = len(self.ladder.rungs) - 1, self.ladder.start
        while True:
            if (yield from self._ask(rung)):
                self.low = rung
                ahead = min(rung + self.ladder.stride, top)
            else:
                self.high = rung
                ahead = max(rung - self.ladder.stride, 0)
            if self.held[ahead] or self.failed[ahead] or (self.low >= 0 and self.high <= top):
                return
            rung = ahead

    def _bisect(self) -> Steps:
        while self.low >= 0 and self.high < len(self.ladder.rungs) and self.high - self.low > 1:
            middle = (self.low + self.high) // 2
            if (yield from self._ask(middle)):
                self.low = middle
            else:
                self.high = middle

    def _confirm(self) -> Steps:
        """Probe both ends again; an end that contradicts itself moves outwards by one rung."""
        wanted = 1 + self.ladder.reprobes
        while True:
            if self.low >= 0 and self.held[self.low] < wanted:
                if not (yield from self._ask(self.low)):
                    self._ease()
            elif self.high < len(self.ladder.rungs) and self.failed[self.high] < wanted:
                if (yield from self._ask(self.high)):
                    self._toughen()
            else:
                return

    def _ease(self) -> None:
        """Move the low end to the next easier rung that never failed."""
        self.low -= 1
        while self.low >= 0 and self.failed[self.low]:
            self.low -= 1

    def _toughen(self) -> None:
        """Move the high end to the next harder rung that never held."""
        self.high += 1
        while self.high < len(self.ladder.rungs) and self.held[self.high]:
            self.high += 1


def expected_probes(search: Search, profile: Profile, start: float) -> float:
    """Probes of one search without contradictions, mean over all places of the limit."""
    ladder = ladder_of(search, profile, start, 0.5)
    counts = [_probes_until(ladder, limit) for limit in range(len(ladder.rungs) + 1)]
    return sum(counts) / len(counts)


def _probes_until(ladder: Ladder, limit: int) -> int:
    answers: list[Answer] = []
    while not isinstance(step := next_step(ladder, answers), Bracket):
        answers.append((step, step < limit))
    return len(answers)
