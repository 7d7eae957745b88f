"""The verdict: three-way, by a rule that was fixed before the run."""

from dataclasses import dataclass
from typing import Literal

from analysis.statistics import Estimate, blocks_until

Outcome = Literal["supported", "contradicted", "not shown"]
Why = Literal[
    "effect", "equivalent", "noise floor", "too few blocks", "no spread", "too little evidence"
]


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    why: Why
    more_blocks: int | None = None
    """About how many blocks more would decide it; None when that is moot or beyond sense."""


def judge(
    estimate: Estimate, margin: float, expected_sign: Literal[-1, 1], floor: float = 0.0
) -> Verdict:
    """Judge an estimate against what the claim predicts.

    ``margin`` and ``floor`` are on the scale of the estimate; the margin is greater than zero,
    the floor is what equal arms were seen to differ by on the machine (0: nobody looked).

    supported     the whole interval lies on the expected side of zero, and the estimate is beyond
                  margin and floor: there is an effect, it is large enough to matter, and larger
                  than what comes of nothing
    contradicted  the same on the other side
    not shown     the whole interval lies inside the margin (equivalent: two one-sided tests,
                  Schuirmann 1987, would agree at half the interval's level), the estimate is
                  beyond the margin but not beyond the noise floor, or too little evidence

    Assumes what the interval assumes (``paired_t``). Then it says supported or contradicted of
    equal arms in at most 5 % of runs, by halves.
    """
    if estimate.interval is None:
        return Verdict("not shown", "too few blocks" if estimate.n == 1 else "no spread")
    low, high = estimate.interval
    if sign := sign_of_effect(estimate, max(margin, floor)):
        return Verdict("supported" if sign == expected_sign else "contradicted", "effect")
    if -margin < low and high < margin:
        return Verdict("not shown", "equivalent")
    if margin < abs(estimate.value) <= floor:
        return Verdict("not shown", "noise floor")
    return Verdict("not shown", "too little evidence", _more_blocks(estimate, margin))


def sign_of_effect(estimate: Estimate, beyond: float) -> Literal[-1, 0, 1]:
    """Direction of an effect whose interval leaves out zero and whose value is larger than that.

    0 when there is no such effect.
    """
    if estimate.interval is None or abs(estimate.value) <= beyond:
        return 0
    low, high = estimate.interval
    return 1 if low > 0 else -1 if high < 0 else 0


def _more_blocks(estimate: Estimate, margin: float) -> int | None:
    """Until the interval, about as the estimate stands, leaves zero out or fits in the margin."""
    effect = abs(estimate.value)
    half = effect if effect > margin else margin - effect
    if not estimate.spread or not half:
        return None
    return blocks_until(half, estimate.spread, estimate.n, estimate.confidence)
