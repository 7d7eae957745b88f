"""Numbers and verdicts in words. Everything a reader sees of a number is formatted here."""

import math
from collections import Counter

from analysis.comparison import Comparison
from analysis.measured import MeasuredRun
from analysis.statistics import upper_bound_without_events
from analysis.verdict import Verdict, Why
from experiment.metric import Metric, MetricName, is_percentage, scale_of

NOTHING = "\N{EN DASH}"
"""In a table, where there is no number."""

RANGE = "\N{WORD JOINER}\N{EN DASH}\N{WORD JOINER}"
"""Between the bounds of an interval, which stay on one line."""

BEYOND_TELLING = 100
"""Ratios beyond it are bounds of intervals so wide that their size says nothing."""

NO_INTERVAL: dict[Why, str] = {
    "too few blocks": "one block allows no interval",
    "no spread": "the blocks agree to the last digit, so their spread cannot be known",
}

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
    adjusted = f", adjusted for {comparison.looks} looks" if comparison.looks > 1 else ""
    return f"95 % interval {low} to {high}{adjusted}{_bounds(comparison)}"


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
    return f"{verdict.outcome.capitalize()}: {_why(comparison, verdict)}."


def _why(comparison: Comparison, verdict: Verdict) -> str:
    margin = margin_words(comparison.metric)
    match verdict.why:
        case "effect" if verdict.outcome == "supported":
            return f"{comparison.metric.expectation}, as the claim says"
        case "effect":
            return f"the claim says {comparison.metric.expectation}, and it is the other way round"
        case "equivalent":
            return f"no difference larger than the margin of {margin}"
        case "noise floor":
            floor = size(comparison.metric.metric, comparison.floor)
            return f"the effect is not beyond the noise floor: equal arms differ by up to {floor}"
        case "too few blocks" | "no spread":
            return NO_INTERVAL[verdict.why]
        case "too little evidence":
            return f"too little evidence; {_more(verdict.more_blocks)}"


def _more(blocks: int | None) -> str:
    if blocks is None:
        return "more blocks than is sensible would be needed"
    return f"about {blocks} more block{'s' if blocks > 1 else ''} would decide it"


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
