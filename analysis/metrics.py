"""One number per trial and metric, or the reason why there is none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from analysis.failures import good_lost
from analysis.marginal import marginal_cpu_ms
from analysis.policy_counts import amplification, are_counted
from analysis.quantiles import nearest_rank, needed_for
from analysis.recovery.impact import Impact
from analysis.resources import cpu_s_by_role, memory_mb_by_role
from analysis.scaling.added import added, whole
from analysis.scaling.objective import Missed, missed
from analysis.scaling.spike import spike_of
from analysis.trial import Trial
from experiment.metric import OF_FAULTS, Metric, MetricName

Bound = Literal["lower", "upper"]


@dataclass(frozen=True)
class Measured:
    """A metric of one trial, in the unit of its name (a share lies between 0 and 1)."""

    value: float
    n: int
    """Requests it rests on."""
    bound: Bound | None = None
    """Which bound of the true value it is, if it is one."""


@dataclass(frozen=True)
class Unknown:
    """A metric that this trial cannot tell."""

    reason: str


Measurement = Measured | Unknown


class Asked(NamedTuple):
    """Which requests a metric is about."""

    phase: str
    features: tuple[str, ...]
    """Empty: all features."""


Measure = Callable[[Trial, Asked], Measurement]
PER_FEATURE: frozenset[MetricName] = OF_FAULTS | {
    "failed_share", "bad_share", "latency_p95_ms", "slo_bad_events", "slo_recovery_s",
}  # fmt: skip
FASTEST_S = 0.1
"""Recoveries are not told from each other below it: some requests must be due to see one."""


def measure(trial: Trial, metric: Metric) -> Measurement:
    """The value of ``metric`` in its phase.

    CPU and memory belong to the store as a whole, so ``features`` does not narrow them.
    """
    features = metric.features if metric.metric in PER_FEATURE else ()
    return _MEASURES[metric.metric](trial, Asked(metric.phase, features))


def _failed_share(trial: Trial, asked: Asked) -> Measurement:
    """Share of the requests due that were not answered as the contract says."""
    shares = trial.cells.of(*asked)
    if not shares.n:
        return Unknown("no request was due in the phase")
    return Measured(shares.failed / shares.n, shares.n)


def _bad_share(trial: Trial, asked: Asked) -> Measurement:
    """Share of the requests due that failed or were slower than the objective."""
    shares = trial.cells.of(*asked)
    if not shares.n:
        return Unknown("no request was due in the phase")
    return Measured(1 - shares.good / shares.n, shares.n)


def _latency_p95_ms(trial: Trial, asked: Asked) -> Measurement:
    """Nearest-rank p95 of the response time over requests that were answered correctly."""
    answered = trial.cells.answered_in(*asked)
    needed = needed_for(0.95)
    if len(answered) < needed:
        return Unknown(f"p95 needs {needed} correct answers, there were {len(answered)}")
    return Measured(nearest_rank(answered, 0.95), len(answered))


def _cpu_ms_per_request(trial: Trial, asked: Asked) -> Measurement:
    """CPU of store, edge and database in the phase, per correct answer to a request due in it."""
    shares = trial.cells.of(*asked)
    answered = shares.n - shares.failed
    if not answered:
        return Unknown("no request was answered correctly in the phase")
    by_role = cpu_s_by_role(trial.samples, *trial.windows_of(asked.phase))
    return Measured(1000 * sum(by_role.values()) / answered, answered)


def _marginal_cpu_ms_per_request(trial: Trial, asked: Asked) -> Measurement:
    found = marginal_cpu_ms(trial, asked.phase)
    if found is None:
        return Unknown("no more requests were answered in the phase than in the baseline")
    answered = trial.cells.of(*asked)
    return Measured(found, answered.n - answered.failed)


def _memory_mb(trial: Trial, asked: Asked) -> Measurement:
    """Mean memory of store, edge and database in the phase."""
    by_role = memory_mb_by_role(trial.samples, *trial.windows_of(asked.phase))
    if not by_role:
        return Unknown("memory was not sampled in the phase")
    return Measured(sum(by_role.values()), trial.cells.of(*asked).n)


def _good_lost_per_failure(trial: Trial, asked: Asked) -> Measurement:
    """Share of good requests without a failure, less the mean of the phase's failures."""
    loss = good_lost(trial.cells, trial.timetable, (asked.phase,), asked.features)
    if loss is None:
        return Unknown("no request was due in a failure, or without one")
    return Measured(loss.share, loss.n)


def _amplification(trial: Trial, asked: Asked) -> Measurement:
    """Requests sent per call that a part of the store wanted from another, in the phase."""
    if not are_counted(trial.samples):
        return Unknown("calls were not counted when this was recorded")
    found = amplification(trial.samples, *trial.windows_of(asked.phase))
    if found is None:
        return Unknown("no part of the store called another in the phase")
    return Measured(found, trial.cells.of(*asked).n)


def _violation_share(trial: Trial, _asked: Asked) -> Measurement:
    """Violations that the audit found per confirmed order; 1 at most, as one may break several."""
    if trial.audit is None or not trial.audit.orders:
        return Unknown("no orders were audited")
    orders = trial.audit.orders
    return Measured(min(1.0, len(trial.audit.violations) / orders), orders)


def _recovery_s(trial: Trial, asked: Asked) -> Measurement:
    """Mean time from the roll-back of the phase's faults to the recovery.

    A recovery that was not seen counts as long as it was watched for, a lower bound; one within
    ``FASTEST_S`` counts as that, an upper bound. Both draw a ratio of two arms towards 1. A mean
    with both in it is a lower bound: the other can be off by ``FASTEST_S`` at most.
    """
    impacts = _impacts_in(trial, asked)
    if not impacts:
        return Unknown(NO_FAULT)
    seconds, bounds = zip(
        *(_bounded(impact.recovered_after_s, impact.watched_s) for impact in impacts), strict=True
    )
    bound: Bound | None = "lower" if "lower" in bounds else next(filter(None, bounds), None)
    n = sum(impact.due for impact in impacts)
    return Measured(sum(seconds) / len(seconds), n, bound)


def _bounded(after_s: float | None, watched_s: float) -> tuple[float, Bound | None]:
    if after_s is None:
        return max(FASTEST_S, watched_s), "lower"
    return (FASTEST_S, "upper") if after_s < FASTEST_S else (after_s, None)


def _lost_requests_share(trial: Trial, asked: Asked) -> Measurement:
    """Requests that the phase's faults cost, of those due until the next fault; mean over faults.

    Both arms of a block are followed for as long, so a slow recovery does not dilute the share.
    """
    impacts = _impacts_in(trial, asked)
    n = sum(impact.due for impact in impacts)
    if not n:
        return Unknown(NO_FAULT)
    return Measured(sum(impact.lost_share for impact in impacts) / len(impacts), n)


def _budget_minutes(trial: Trial, asked: Asked) -> Measurement:
    """Error budget that the phase's faults burnt; mean over faults."""
    impacts = _impacts_in(trial, asked)
    minutes = [i.budget_minutes for i in impacts if i.budget_minutes is not None]
    if not minutes:
        return Unknown(NO_FAULT)
    return Measured(sum(minutes) / len(minutes), sum(impact.due for impact in impacts))


NO_FAULT = "the record tells of no fault in the phase, or of no request without one"


def _impacts_in(trial: Trial, asked: Asked) -> list[Impact]:
    impacts = trial.impacts_on(asked.features) if asked.features else trial.impacts
    return [impact for impact in impacts if impact.incident.is_in(asked.phase)]


def _added(column: str) -> Measure:
    """What a spike adds to a column of SAMPLES, beyond its mean in the baselines before it.

    May be zero, and below it where the spike ends with less than the baseline had; so two arms
    are compared by their difference.
    """

    def measure(trial: Trial, asked: Asked) -> Measurement:
        found = added(trial.samples, spike_of(trial.timetable, asked.phase), column)
        return _amount(trial, asked, found, column)

    return measure


def _whole(column: str) -> Measure:
    """A column of SAMPLES over the whole load: a bill has what stood there at rest as well."""

    def measure(trial: Trial, asked: Asked) -> Measurement:
        return _amount(trial, asked, whole(trial.samples, trial.timetable, column), column)

    return measure


def _amount(trial: Trial, asked: Asked, found: float | None, column: str) -> Measurement:
    if found is None:
        return Unknown(f"the samples tell of no {column}")
    return Measured(found, trial.cells.of(asked.phase).n)


def _slo_bad_events(trial: Trial, asked: Asked) -> Measurement:
    """Requests that failed or were slower than the objective, from the phase on; zero is common."""
    found = _missed(trial, asked)
    return Measured(found.bad, found.due) if found.due else Unknown("no request was due")


def _slo_recovery_s(trial: Trial, asked: Asked) -> Measurement:
    """Time from the begin of the phase until the objective holds for good.

    Because more instances serve, or because the spike is over. A bound as for ``recovery_s``.
    """
    found = _missed(trial, asked)
    if not found.due:
        return Unknown("no request was due")
    seconds, bound = _bounded(found.holds_after_s, found.watched_s)
    return Measured(seconds, found.due, bound)


def _missed(trial: Trial, asked: Asked) -> Missed:
    window = spike_of(trial.timetable, asked.phase).window
    return missed(trial.requests, window, trial.slo.good_share, asked.features)


_MEASURES: Mapping[MetricName, Measure] = {
    "failed_share": _failed_share,
    "bad_share": _bad_share,
    "latency_p95_ms": _latency_p95_ms,
    "cpu_ms_per_request": _cpu_ms_per_request,
    "marginal_cpu_ms_per_request": _marginal_cpu_ms_per_request,
    "memory_mb": _memory_mb,
    "good_lost_per_failure": _good_lost_per_failure,
    "amplification": _amplification,
    "violation_share": _violation_share,
    "recovery_s": _recovery_s,
    "lost_requests_share": _lost_requests_share,
    "budget_minutes": _budget_minutes,
    "cpu_quota_seconds": _added("cpus"),
    "memory_mb_seconds": _added("memory_mb"),
    "instance_seconds": _added("instances"),
    "whole_cpu_quota_seconds": _whole("cpus"),
    "whole_memory_mb_seconds": _whole("memory_mb"),
    "slo_bad_events": _slo_bad_events,
    "slo_recovery_s": _slo_recovery_s,
}
