"""Two arms compared on one metric: values per block, effects, estimate."""

import math
from dataclasses import dataclass

from analysis.measured import MeasuredRun
from analysis.metrics import Measured, Measurement, Unknown, measure
from analysis.sessions import across_sessions
from analysis.statistics import (
    Estimate,
    Unanimous,
    hodges_lehmann,
    paired_t,
    unanimous_share_difference,
    within_shares,
)
from analysis.verdict import Sign, Verdict, judge
from experiment.metric import NUMBERS, Metric, counts, is_share
from experiment.store import Arm


@dataclass(frozen=True)
class Pair:
    """One block: the metric in the reference arm and in the other."""

    block: int
    reference: Measured
    treatment: Measured


@dataclass(frozen=True)
class Comparison:
    """A metric over all complete blocks."""

    metric: Metric
    pairs: tuple[Pair, ...]
    effects: tuple[float, ...]
    """Per pair: log of treatment / reference, or treatment - reference for shares."""
    estimate: Estimate | None
    """None when no block yielded a pair."""
    unknown: tuple[str, ...]
    """Blocks that the metric could not be told of, one sentence part each."""
    looks: int = 1
    """Declared looks at the data, over which the 95 % of the interval hold together."""
    verdicts: int = 1
    """Verdicts of the run, over which the 95 % of the interval hold together."""
    floor: float | None = None
    """Noise floor on the scale of the effects: what equal arms differ by on this machine; None
    where nobody measured it."""

    def margins(self) -> tuple[float, float]:
        """Effects between which a difference does not matter, on the scale of the effects."""
        half = half_margin(self.metric)
        return -half, half

    def means(self) -> tuple[float, float]:
        """Reference and treatment over all pairs: geometric means for ratios, else plain ones."""
        return (
            self._mean([pair.reference.value for pair in self.pairs]),
            self._mean([pair.treatment.value for pair in self.pairs]),
        )

    def _mean(self, values: list[float]) -> float:
        if self.metric.scale == "difference":
            return math.fsum(values) / len(values)
        return math.exp(math.fsum(map(math.log, values)) / len(values))


def half_margin(metric: Metric) -> float:
    """The margin on the scale of the effects: a difference, or the log of a ratio."""
    return metric.margin if metric.scale == "difference" else math.log1p(metric.margin)


def judged(run: MeasuredRun, found: Comparison) -> Verdict:
    """The verdict on what the metric's claim expects. ValueError without an estimate."""
    if found.estimate is None:
        raise ValueError("a comparison without blocks cannot be judged")
    sign = expected_sign(run.compared_by(found.metric).treatment, found.metric)
    return judge(found.estimate, half_margin(found.metric), sign, found.floor)


def expected_sign(treatment: Arm, metric: Metric) -> Sign:
    """Of the effect, which is the treatment's against the reference's."""
    direction, where = metric.expects
    in_treatment = where in (treatment.name, treatment.architecture)
    return 1 if (direction == "higher") == in_treatment else -1


def compare(run: MeasuredRun, metric: Metric) -> Comparison:
    """Measure ``metric`` in its two arms in every complete block and estimate the effect."""
    run = run.compared_by(metric)
    verdicts = len(run.scenario.decisive) if metric in run.scenario.decisive else 1
    pairs: list[Pair] = []
    unknown: list[str] = []
    for block in run.blocks:
        pair = _pair(run, metric, block)
        if isinstance(pair, Pair):
            pairs.append(pair)
        else:
            unknown.append(pair)
    effects = tuple(_effect(pair, metric) for pair in pairs)
    confidence = 1 - (1 - run.confidence) / verdicts
    return Comparison(
        metric,
        tuple(pairs),
        effects,
        _over_sessions(run, pairs, metric, confidence)
        or _estimate(pairs, effects, metric, confidence),
        tuple(unknown),
        looks=1 if run.sessions else len(run.looks),
        verdicts=verdicts,
        floor=run.noise_floor.get(metric.metric),
    )


def _pair(run: MeasuredRun, metric: Metric, block: int) -> Pair | str:
    found = []
    for arm in run.arms:
        measured = _usable(measure(run.trial(arm, block), metric), metric)
        if isinstance(measured, Unknown):
            return f"block {block}, {arm}: {measured.reason}"
        found.append(measured)
    return Pair(block, *found)


def _usable(measured: Measurement, metric: Metric) -> Measurement:
    if isinstance(measured, Measured) and metric.scale == "ratio" and measured.value <= 0:
        return Unknown(f"{metric.metric} is {measured.value:g}, which no ratio can be formed with")
    return measured


def _effect(pair: Pair, metric: Metric) -> float:
    if metric.scale == "difference":
        return pair.treatment.value - pair.reference.value
    return math.log(pair.treatment.value / pair.reference.value)


def _over_sessions(
    run: MeasuredRun, pairs: list[Pair], metric: Metric, confidence: float
) -> Estimate | None:
    """None for a run of one session, and where a session tells nothing of the metric."""
    parts = [[pair for pair in pairs if pair.block in blocks] for blocks in run.sessions]
    if not parts or not all(parts):
        return None
    effects = [[_effect(pair, metric) for pair in part] for part in parts]
    each = [
        _estimate(part, tuple(found), metric, confidence)
        for part, found in zip(parts, effects, strict=True)
    ]
    known = [estimate for estimate in each if estimate is not None]
    whole = across_sessions(known, [effect for part in effects for effect in part], confidence)
    return within_shares(whole) if is_share(metric.metric) else whole


def _estimate(
    pairs: list[Pair], effects: tuple[float, ...], metric: Metric, confidence: float
) -> Estimate | None:
    if not effects:
        return None
    if metric.metric in NUMBERS:
        return hodges_lehmann(effects, confidence)
    estimate = paired_t(effects, confidence)
    if not is_share(metric.metric):
        return estimate
    if estimate.spread == 0.0 and counts(metric.metric):
        return _without_spread(pairs, estimate)
    return within_shares(estimate)


def _without_spread(pairs: list[Pair], estimate: Estimate) -> Estimate:
    """Shares that are all 0 or all 1 leave no spread; the rule of three bounds them instead."""
    reference = _unanimous([pair.reference for pair in pairs])
    treatment = _unanimous([pair.treatment for pair in pairs])
    if reference is None or treatment is None:
        return estimate
    return unanimous_share_difference(estimate, reference, treatment)


def _unanimous(shares: list[Measured]) -> Unanimous | None:
    values = {share.value for share in shares}
    if values not in ({0.0}, {1.0}):
        return None
    return Unanimous(values.pop(), sum(share.n for share in shares))
