"""The verdict: one of four, by a rule that was fixed before the run."""

from dataclasses import dataclass
from typing import Literal

from analysis.power import blocks_needed
from analysis.statistics import Estimate

Outcome = Literal["supported", "contradicted", "no difference that matters", "too little evidence"]
Lack = Literal[
    "blocks", "spread", "clear interval", "clear signs", "noise floor", "effect beyond the floor"
]
"""What a verdict lacks.

blocks: fewer than ``FEWEST_BLOCKS``
spread: the blocks agree to the last digit, and their metric allows no other interval
clear interval: it lies neither beyond the margin nor within it
clear signs: signs flipped at random give such an effect more often than in 5 %
noise floor: nobody measured what equal arms differ by in this metric
effect beyond the floor: equal arms were seen to differ by as much
"""

FEWEST_BLOCKS = 6
"""Below, no choice of signs has a p of 5 % or less, and the interval rests on normality alone."""

Sign = Literal[-1, 1]


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    lacks: tuple[Lack, ...] = ()
    """Everything that a verdict would have needed; empty unless there is too little evidence."""
    new_run_of: int | None = None
    """Blocks of a new run that would decide it; None when blocks are not what is lacking."""


def judge(estimate: Estimate, margin: float, expected_sign: Sign, floor: float | None) -> Verdict:
    """Judge an estimate against what the claim predicts.

    ``margin`` and ``floor`` are on the scale of the estimate; the margin is greater than zero,
    the floor is what equal arms were seen to differ by on the machine (None: nobody looked).

    supported      at least six blocks; their interval lies beyond the margin on the expected side;
                   the exact test of their signs has a p within the interval's error; the estimate
                   is beyond a measured noise floor
    contradicted   the same on the other side
    no difference that matters
                   at least six blocks, whose interval lies within the margin (equivalent: two
                   one-sided tests, Schuirmann 1987, would agree at half the interval's level)
    too little evidence
                   anything else; ``lacks`` says what is missing

    Assumes what interval and test assume (``paired_t``, ``hodges_lehmann``, ``sign_flip_p``): that
    blocks are independent, and that equal arms differ as often one way as the other.
    """
    if estimate.n >= FEWEST_BLOCKS and _within(estimate, margin):
        return Verdict("no difference that matters")
    lacks = (*lacks_of_effect(estimate, margin), *_lacks_of_floor(estimate, floor))
    if lacks:
        return Verdict("too little evidence", lacks, _new_run(estimate, margin, lacks))
    expected = (estimate.value > 0) == (expected_sign > 0)
    return Verdict("supported" if expected else "contradicted")


def lacks_of_effect(estimate: Estimate, margin: float) -> tuple[Lack, ...]:
    """What the blocks by themselves lack to show an effect beyond the margin; empty: nothing."""
    if estimate.n < FEWEST_BLOCKS:
        return ("blocks",)
    if estimate.interval is None:
        return ("spread",)
    low, high = estimate.interval
    clear = low > margin or high < -margin
    signs = estimate.p <= 1 - estimate.confidence + ROUNDING
    return (*(() if clear else ("clear interval",)), *(() if signs else ("clear signs",)))


ROUNDING = 1e-12
"""Of 1 - confidence."""


def _within(estimate: Estimate, margin: float) -> bool:
    if estimate.interval is None:
        return False
    low, high = estimate.interval
    return -margin < low and high < margin


def _lacks_of_floor(estimate: Estimate, floor: float | None) -> tuple[Lack, ...]:
    if floor is None:
        return ("noise floor",)
    return () if abs(estimate.value) > floor else ("effect beyond the floor",)


def _new_run(estimate: Estimate, margin: float, lacks: tuple[Lack, ...]) -> int | None:
    """Blocks with which an effect as large as this one would clear the margin, with 80 % power."""
    if not {"blocks", "clear interval", "clear signs"} & set(lacks):
        return None
    gap = abs(abs(estimate.value) - margin)
    if not estimate.spread or not gap:
        return None
    needed = blocks_needed(gap, estimate.spread)
    return None if needed is None else max(needed, FEWEST_BLOCKS)
