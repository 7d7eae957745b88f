"""The verdict: three-way, by a rule that was fixed before the run."""

from dataclasses import dataclass
from typing import Literal

from analysis.statistics import Estimate, blocks_until

Outcome = Literal["supported", "contradicted", "not shown"]
Why = Literal["effect", "equivalent", "too few blocks", "no spread", "too little evidence"]


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    why: Why
    more_blocks: int | None = None
    """About how many blocks more would decide it; None when that is moot or beyond sense."""


def judge(estimate: Estimate, margin: float, expected_sign: Literal[-1, 1]) -> Verdict:
    """Judge an estimate against what the claim predicts.

    ``margin`` is on the scale of the estimate and greater than zero.

    supported     the whole interval lies on the expected side of zero, and the estimate is beyond
                  the margin: there is an effect, and it is large enough to matter
    contradicted  the same on the other side
    not shown     the whole interval lies inside the margin (equivalent: two one-sided tests would
                  agree at the 2.5 % level), or anything else (too little evidence)
    """
    if estimate.interval is None:
        return Verdict("not shown", "too few blocks" if estimate.n == 1 else "no spread")
    low, high = estimate.interval
    if sign := sign_of_effect(estimate, margin):
        return Verdict("supported" if sign == expected_sign else "contradicted", "effect")
    if -margin < low and high < margin:
        return Verdict("not shown", "equivalent")
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
    return blocks_until(half, estimate.spread, estimate.n)
