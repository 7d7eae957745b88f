"""Numbers and verdicts in words. Everything a reader sees of a number is formatted here."""

import math
from collections import Counter

from analysis.comparison import Comparison
from analysis.listing import listed
from analysis.measured import MeasuredRun
from analysis.statistics import upper_bound_without_events
from analysis.verdict import FEWEST_BLOCKS, Lack, Verdict
from experiment.metric import Metric, MetricName, is_percentage, scale_of

NOTHING = "\N{EN DASH}"
"""In a table, where there is no number."""

RANGE = "\N{WORD JOINER}\N{EN DASH}\N{WORD JOINER}"
"""Between the bounds of an interval, which stay on one line."""

BEYOND_TELLING = 100
"""Ratios beyond it are bounds of intervals so wide that their size says nothing."""

NO_SPREAD = "the blocks agree to the last digit, so their spread cannot be known"

UNITS: dict[MetricName, str] = {
    "failed_share": "%",
    "bad_share": "%",
    "latency_p95_ms": "ms",
    "cpu_ms_per_request": "ms CPU",
    "marginal_cpu_ms_per_request": "ms CPU",
    "memory_mb": "MiB",
    "good_lost_per_failure": "%",
    "amplification": "sent per call",
    "violation_share": "%",
    "recovery_s": "s",
    "lost_requests_share": "%",
    "budget_minutes": "min of error budget",
    "capacity": "journeys/s",
    "demand": "CPUs",
    "cpu_quota_seconds": "CPU-seconds",
    "memory_mb_seconds": "MiB-seconds",
    "instance_seconds": "instance-seconds",
    "whole_cpu_quota_seconds": "CPU-seconds",
    "whole_memory_mb_seconds": "MiB-seconds",
    "slo_bad_events": "requests",
    "slo_recovery_s": "s",
}


def figures(value: float) -> str:
    """Three significant figures, no exponent: 0.0123, 4.56, 78.9, 1,234."""
    if value == 0 or not math.isfinite(value):
        return f"{value:.0f}"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return with_minus(f"{value:,.{decimals}f}")


def signed(value: float) -> str:
    """Three significant figures of what is more or less: +4.56, 0."""
    return f"+{figures(value)}" if value > 0 else figures(value)


def with_minus(number: str) -> str:
    return number.replace("-", "\N{MINUS SIGN}")


def percent(share: float) -> str:
    """A share, or a difference of shares, as a percentage; never 0 or 100 % when it is neither."""
    if share < 0:
        return f"\N{MINUS SIGN}{percent(-share)}"
    text = f"{100 * share:.1f}"
    if text == "0.0" and share > 0:
        return "< 0.1 %"
    if text == "100.0" and share < 1:
        return "> 99.9 %"
    return f"{text.removesuffix('.0')} %" if share in (0, 1) else f"{text} %"


def whole_percent(share: float) -> str:
    """A share in per cent, without a fraction; never 0 or 100 when it is neither."""
    text = f"{100 * share:.0f}"
    if text == "0" and share > 0:
        return "<1"
    return ">99" if text == "100" and share < 1 else text


def failures(failed: int, n: int) -> str:
    """A failure share over its counts; without failures, the bound that their absence gives."""
    if n == 0:
        return NOTHING
    if failed == 0:
        bound = upper_bound_without_events(n)
        return f"0 of {n:,}" + (f"\nbelow {100 * bound:.2g} %" if bound < 1 else "")
    return f"{percent(failed / n)}\n{failed:,} of {n:,}"


def quantity(metric: Metric, value: float) -> str:
    """A value of the metric with its unit."""
    if is_percentage(metric.metric):
        return percent(value)
    return f"{figures(value)} {UNITS[metric.metric]}"


def effect(metric: Metric, value: float) -> str:
    """An effect without its unit: a signed difference, or a ratio."""
    if is_percentage(metric.metric):
        return with_minus(f"{100 * value:+.1f}")
    if metric.scale == "difference":
        return signed(value)
    if abs(value) > math.log(BEYOND_TELLING):
        return f"over {BEYOND_TELLING}" if value > 0 else f"under 1/{BEYOND_TELLING}"
    return f"{math.exp(value):.2f}"


def interval(comparison: Comparison) -> str:
    """The 95 % interval of a comparison in words."""
    estimate, metric = comparison.estimate, comparison.metric
    if estimate is None or estimate.interval is None:
        return f"no interval{_bounds(comparison)}"
    low, high = (effect(metric, bound) for bound in estimate.interval)
    return (
        f"95 % interval {low} to {high}{_adjusted(comparison)}{_another_hour(comparison)}"
        f"{_bounds(comparison)}"
    )


def _another_hour(comparison: Comparison) -> str:
    estimate = comparison.estimate
    if estimate is None or estimate.prediction is None:
        return ""
    low, high = (effect(comparison.metric, bound) for bound in estimate.prediction)
    return f"; another session is expected to show {low} to {high}"


def _adjusted(comparison: Comparison) -> str:
    counted = {"looks": comparison.looks, "verdicts": comparison.verdicts}
    several = [f"{n} {what}" for what, n in counted.items() if n > 1]
    return f", adjusted for {listed(several)}" if several else ""


def _bounds(comparison: Comparison) -> str:
    """How many values are only bounds, if any."""
    values = [value for pair in comparison.pairs for value in (pair.reference, pair.treatment)]
    seen = Counter(value.bound for value in values if value.bound is not None)
    if not seen:
        return ""
    which = ", ".join(f"{n} {bound}" for bound, n in sorted(seen.items()))
    return f"; {seen.total()} of {len(values)} values are bounds ({which})"


def headline(comparison: Comparison, verdict: Verdict) -> str:
    """The outcome and its ground in one sentence."""
    return f"{verdict.outcome.capitalize()}: {ground(comparison, verdict)}."


def ground(comparison: Comparison, verdict: Verdict) -> str:
    """Why the verdict is what it is, as a part of a sentence."""
    match verdict.outcome:
        case "supported":
            return f"{comparison.metric.expectation}, as expected"
        case "contradicted":
            return f"expected was {comparison.metric.expectation}, and it is the other way round"
        case "no difference that matters":
            return f"none is larger than the margin of {margin_words(comparison.metric)}"
        case "too little evidence":
            lacks = [_lacking(comparison, lack) for lack in verdict.lacks]
            return "; ".join([*lacks, *_new_run(verdict.new_run_of)])


def _lacking(comparison: Comparison, lack: Lack) -> str:
    """What is missing, as a part of a sentence."""
    metric, estimate = comparison.metric, comparison.estimate
    match lack:
        case "blocks":
            n = estimate.n if estimate else 0
            return f"a verdict takes {FEWEST_BLOCKS} blocks, and this run has {n}"
        case "spread":
            return NO_SPREAD
        case "clear interval":
            margin = margin_words(metric)
            return f"the interval lies neither beyond the margin of {margin} nor within it"
        case "clear signs":
            p = figures(estimate.p if estimate else 1.0)
            return f"signs by chance give such blocks too often (p = {p})"
        case "noise floor":
            return "nobody measured what equal arms differ by in this metric (run --aa does)"
        case "effect beyond the floor":
            floor = size(metric.metric, comparison.floor)
            return f"the effect is not beyond the noise floor: equal arms differ by up to {floor}"


def _new_run(blocks: int | None) -> list[str]:
    if blocks is None:
        return []
    return [f"a new run of {blocks:,} blocks would decide it, if the effect is as large as here"]


def margin_words(metric: Metric) -> str:
    if metric.scale == "ratio":
        return f"{100 * metric.margin:g} %"
    return f"{in_unit(metric.metric, metric.margin):g} {difference_unit(metric.metric)}"


def in_unit(metric: MetricName, value: float) -> float:
    """A value, or a difference of values, as it is told: shares in per cent."""
    return 100 * value if is_percentage(metric) else value


def difference_unit(metric: MetricName) -> str:
    """In which differences of a metric are told."""
    return "percentage points" if is_percentage(metric) else UNITS[metric]


def size(metric: MetricName, effect: float | None) -> str:
    """How large an effect is, whatever its direction; ``effect`` >= 0, or None for no number."""
    if effect is None:
        return NOTHING
    if scale_of(metric) == "difference":
        return f"{figures(in_unit(metric, effect))} {difference_unit(metric)}"
    if effect > math.log(BEYOND_TELLING):
        return f"a factor of over {BEYOND_TELLING}"
    grown = math.expm1(effect)
    return f"{figures(100 * grown)} %" if grown < 1 else f"a factor of {figures(1 + grown)}"


def finding(run: MeasuredRun, comparison: Comparison) -> str:
    """Both arms, the effect, its interval, blocks and gates. ValueError without an estimate."""
    metric, estimate = comparison.metric, comparison.estimate
    if estimate is None:
        raise ValueError("a comparison without blocks has nothing to say")
    values = [quantity(metric, value) for value in comparison.means()]
    says = metric.says[:1].upper() + metric.says[1:]
    both = f"{values[0]} in {run.reference.name}, {values[1]} in {run.treatment.name}"
    basis = f"{interval(comparison)}; {_blocks(estimate.n)}; {_left_out(run)}"
    return f"{says}: {both}, {_effect_words(metric, estimate.value)} ({basis})."


def _effect_words(metric: Metric, value: float) -> str:
    if metric.scale == "ratio":
        return f"a ratio of {effect(metric, value)}"
    return f"a difference of {effect(metric, value)} {difference_unit(metric.metric)}"


def _left_out(run: MeasuredRun) -> str:
    void = len(run.left_out)
    if not void:
        return "all gates passed"
    return f"{void} void trial{'s' if void > 1 else ''} left out"


def _blocks(n: int) -> str:
    return f"{n} paired block{'s' if n > 1 else ''}"
