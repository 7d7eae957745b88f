"""What deployments took at their limits: the smallest that bear a load, and what they cost."""

from analysis.capacity.run import SearchRun
from analysis.capacity.search import Limit
from analysis.capacity.units import held
from analysis.capacity.wording import NONE_HOLDS
from analysis.listing import listed
from analysis.money.tables import Uses, cost_rows, grouped
from analysis.money.use import Use, taken_together
from analysis.tables import Row
from experiment.prices import Prices
from experiment.search import SearchKind

WHERE: dict[SearchKind, str] = {
    "demand": "Each store in the smallest deployment with which the objective held every time. ",
    "capacity": "Each store under the largest load at which the objective held every time. ",
}


def sizing_rows(run: SearchRun, prices: Prices) -> list[Row]:
    """Per fixed value, in ascending order: resources and money of each arm at its limit."""
    rows: list[Row] = []
    for at in run.at:
        rows += grouped(cost_rows(uses_at(run, at), run.arms, prices), _title(run, at))
    return rows


def uses_at(run: SearchRun, at: float) -> Uses:
    """By arm and block, what was taken where the objective held for the last time.

    An arm that held nowhere in one of the blocks has none: the others alone would flatter it.
    """
    blocks = run.blocks_at(at)
    by_arm = {
        arm: [use_at_limit(run, run.limit(block, arm, at)) for block in blocks] for arm in run.arms
    }
    known = {arm: [use for use in uses if use is not None] for arm, uses in by_arm.items()}
    return {arm: uses for arm, uses in known.items() if len(uses) == len(blocks)}


def use_at_limit(run: SearchRun, found: Limit | None) -> Use | None:
    """Of all probes of the last value at which the objective held; None where it held nowhere."""
    if found is None or found.holds is None:
        return None
    probes = run.probes_of(found.block, found.arm, found.at)
    there = [each for each in probes if each.value(run.search.kind) == found.holds]
    uses = [each.use for each in there if each.use is not None]
    return taken_together(uses) if uses else None


def _title(run: SearchRun, at: float) -> str:
    lacking = [arm for arm in run.arms if any(_holds_nowhere(run, arm, at))]
    reason = f"; {NONE_HOLDS[run.search.kind]}: {listed(lacking)}" if lacking else ""
    return f"{held(run.search.kind, at)}{reason}"


def _holds_nowhere(run: SearchRun, arm: str, at: float) -> list[bool]:
    found = [run.limit(block, arm, at) for block in run.blocks_at(at)]
    return [limit is not None and limit.ended and limit.holds is None for limit in found]
