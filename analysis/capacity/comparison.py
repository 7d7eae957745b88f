"""The limits of both arms compared, block by block."""

import math
from collections.abc import Iterator

from analysis.capacity.run import SearchRun
from analysis.capacity.search import Limit
from analysis.capacity.units import held
from analysis.comparison import Comparison, Pair
from analysis.metrics import Measured
from analysis.statistics import paired_t


def compare_limits(run: SearchRun) -> Comparison:
    """The effect per block: log(treatment / reference) at the value that decides.

    A limit enters by the geometric mean of its bracket. Where one complete block has no bracket
    with two ends, nothing is compared: leaving that block out would select by the result.
    ``unknown`` names every limit without a bracket, those at the value that decides and
    those of void searches first.
    """
    pairs = tuple(_pairs(run))
    if len(pairs) < len(run.blocks):
        pairs = ()
    effects = tuple(math.log(pair.treatment.value / pair.reference.value) for pair in pairs)
    estimate = paired_t(effects) if effects else None
    floor = run.noise_floor.get(run.scenario.primary.metric)
    return Comparison(run.scenario.primary, pairs, effects, estimate, _unknown(run), floor=floor)


def _pairs(run: SearchRun) -> Iterator[Pair]:
    for block in run.blocks:
        reference, treatment = (
            _measured(run, run.limit(block, arm, run.decides)) for arm in run.arms
        )
        if reference and treatment:
            yield Pair(block, reference, treatment)


def _measured(run: SearchRun, found: Limit | None) -> Measured | None:
    if found is None or found.midpoint is None:
        return None
    return Measured(found.midpoint, len(run.probes_of(found.block, found.arm, found.at)))


def _unknown(run: SearchRun) -> tuple[str, ...]:
    without = [found for found in run.limits if found.unknown]
    without.sort(key=lambda found: (found.at != run.decides, found.ended))
    return tuple(
        f"block {found.block}, {found.arm} at {held(run.search.kind, found.at)}: {found.unknown}"
        for found in without
    )
