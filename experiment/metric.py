"""What a scenario compares, and what its claim predicts."""

from typing import Annotated, Literal

from pydantic import Field

from experiment.part import Part, Positive, Slug

Feature = Literal[
    "catalog", "product-page", "search", "recommendations", "accounts", "cart", "checkout", "orders"
]
MetricName = Literal[
    "failed_share",
    "bad_share",
    "latency_p95_ms",
    "cpu_ms_per_request",
    "marginal_cpu_ms_per_request",
    "memory_mb",
    "good_lost_per_failure",
    "amplification",
    "violation_share",
    "recovery_s",
    "lost_requests_share",
    "budget_minutes",
    "capacity",
    "demand",
    "cpu_quota_seconds",
    "memory_mb_seconds",
    "instance_seconds",
    "whole_cpu_quota_seconds",
    "whole_memory_mb_seconds",
    "slo_bad_events",
    "slo_recovery_s",
]
"""failed_share: requests that got no correct answer, of those due
bad_share: requests that got no correct answer within the objective's latency
latency_p95_ms: of correct answers, from when a request was due
good_lost_per_failure: good requests among those due, without a failure less during one and the
    recovery after it; mean over the failures of the phase
violation_share: violations of the books' invariants per confirmed order, of the whole trial
recovery_s: from the roll-back of a fault to the begin of sustained good service; a bound where it
    came at once or was not seen
lost_requests_share: bad requests beyond the usual, from a fault to the recovery, of those due
    until the next fault
budget_minutes: error budget burnt from a fault to the recovery, in minutes' worth of it
    (these three as means over the faults that begin in the phase)
cpu_ms_per_request, memory_mb: of store, edge and database together
marginal_cpu_ms_per_request: what one request more costs: the slope from the baseline to the phase
amplification: requests sent per call wanted, between services and to the payment provider
capacity, demand: what a search finds, in journeys per second or CPUs; one value per block
cpu_quota_seconds, memory_mb_seconds, instance_seconds: what a spike adds: quotas, memory and number
    of the instances alive beyond their mean in the baseline before it, summed up from the begin
    of the phase to the end of the last one; store, edge and database together
whole_cpu_quota_seconds, whole_memory_mb_seconds: quotas and memory of the same, summed up from the
    begin of the load to its end: the whole bill, with what was there before the spike
slo_bad_events: requests that got no correct answer within the objective's latency, in that time
slo_recovery_s: from the begin of the phase until the objective holds for good; a bound where it
    was never missed, or missed until the end
"""

Scale = Literal["difference", "ratio"]


OF_FAULTS: frozenset[MetricName] = frozenset(
    {"good_lost_per_failure", "recovery_s", "lost_requests_share", "budget_minutes"}
)
"""Metrics that need a fault in their phase, and a baseline to compare with."""

ADDED: frozenset[MetricName] = frozenset(
    {"cpu_quota_seconds", "memory_mb_seconds", "instance_seconds"}
)
"""What a spike adds beyond the baseline; they need one before their phase."""

WHOLE: frozenset[MetricName] = frozenset({"whole_cpu_quota_seconds", "whole_memory_mb_seconds"})
"""What a store had over the whole load, whatever the metric's phase."""

AMOUNTS: frozenset[MetricName] = ADDED | WHOLE | {"slo_bad_events"}
"""Compared by a difference in their own unit: zero is common, what is added may be below it, and
what is added and what there is in all are told in one unit."""

NUMBERS: frozenset[MetricName] = frozenset({"slo_bad_events"})
"""Numbers of requests: judged by what a usual block shows, since one collapse makes any mean."""

AGAINST_BASELINE: frozenset[MetricName] = OF_FAULTS | {"marginal_cpu_ms_per_request"}
"""Metrics that need a phase of kind baseline to compare with."""


class Metric(Part):
    """What is compared, in which phase, for which features, and how much would matter."""

    metric: MetricName
    phase: Slug
    features: tuple[Feature, ...] = ()
    """Empty: all features."""
    margin: Positive
    """Smallest effect that matters: a ratio's distance from 1 (0.1 is 10 %), for shares a
    difference (0.02 is two percentage points), for ``AMOUNTS`` a difference in their unit."""
    expectation: Annotated[str, Field(pattern=r"^(lower|higher) in [a-z0-9-]+$")]
    """What the claim predicts, declared beforehand: "lower in ARM" or "higher in ARM", where ARM
    is the name of an arm or an architecture."""
    between: tuple[Slug, Slug] | None = None
    """The two arms that are compared, the reference first; None: the only two there are."""
    says: str
    """The metric in words, for the verdict sentence: "p95 latency of the other features"."""

    @property
    def expects(self) -> tuple[str, str]:
        """``lower`` or ``higher``, and where."""
        direction, where = self.expectation.split(" in ")
        return direction, where

    @property
    def scale(self) -> Scale:
        return scale_of(self.metric)


def scale_of(metric: MetricName) -> Scale:
    """Shares and amounts are compared by difference, since zero is common; all else by ratio."""
    return "difference" if is_percentage(metric) or metric in AMOUNTS else "ratio"


def is_percentage(metric: MetricName) -> bool:
    """Whether it is told in per cent, and its differences in percentage points."""
    return is_share(metric) or metric == "good_lost_per_failure"


def is_share(metric: MetricName) -> bool:
    """Whether its values lie between 0 and 1."""
    return metric.endswith("_share")


def counts(metric: MetricName) -> bool:
    """Whether it is a share that counts: 0 of n is then known to be below 3/n.

    What was lost beyond the usual is an excess; where it is 0, requests may have failed.
    """
    return is_share(metric) and metric != "lost_requests_share"
