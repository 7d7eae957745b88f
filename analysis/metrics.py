"""One number per trial and metric, or the reason why there is none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from analysis.failures import failures_in, in_control, in_failure, mean_good_lost
from analysis.policy_counts import amplification, are_counted
from analysis.quantiles import nearest_rank, needed_for
from analysis.resources import cpu_s_by_role, memory_mb_by_role
from analysis.trial import Trial
from experiment.metric import Metric, MetricName


@dataclass(frozen=True)
class Measured:
    """A metric of one trial, in the unit of its name (a share lies between 0 and 1)."""

    value: float
    n: int
    """Requests it rests on."""


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


PER_FEATURE: frozenset[MetricName] = frozenset(
    {"failed_share", "bad_share", "latency_p95_ms", "good_lost_per_failure"}
)


def measure(trial: Trial, metric: Metric) -> Measurement:
    """The value of ``metric`` in its phase.

    CPU and memory belong to the store as a whole, so ``features`` does not narrow them.
    """
    features = metric.features if metric.metric in PER_FEATURE else ()
    return _MEASURES[metric.metric](trial, Asked(metric.phase, features))


def _failed_share(trial: Trial, asked: Asked) -> Measurement:
    """Share of intended requests that were not answered as the contract says."""
    shares = trial.cells.of(*asked)
    if not shares.n:
        return Unknown("no request was due in the phase")
    return Measured(shares.failed / shares.n, shares.n)


def _bad_share(trial: Trial, asked: Asked) -> Measurement:
    """Share of intended requests that failed or were slower than the objective."""
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


def _memory_mb(trial: Trial, asked: Asked) -> Measurement:
    """Mean memory of store, edge and database in the phase."""
    by_role = memory_mb_by_role(trial.samples, *trial.windows_of(asked.phase))
    if not by_role:
        return Unknown("memory was not sampled in the phase")
    return Measured(sum(by_role.values()), trial.cells.of(*asked).n)


def _good_lost_per_failure(trial: Trial, asked: Asked) -> Measurement:
    """Share of good requests without a failure, less the mean of the phase's failures."""
    failures = [found for found in failures_in(trial.timetable) if found.is_in(asked.phase)]
    control = in_control(trial.cells, trial.timetable, asked.features)
    during = [in_failure(trial.cells, found, asked.features) for found in failures]
    if not during or not all(shares.n for shares in (control, *during)):
        return Unknown("no request was due in a failure, or without one")
    return Measured(mean_good_lost(control, during), sum(shares.n for shares in during))


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


_MEASURES: Mapping[MetricName, Callable[[Trial, Asked], Measurement]] = {
    "failed_share": _failed_share,
    "bad_share": _bad_share,
    "latency_p95_ms": _latency_p95_ms,
    "cpu_ms_per_request": _cpu_ms_per_request,
    "memory_mb": _memory_mb,
    "good_lost_per_failure": _good_lost_per_failure,
    "amplification": _amplification,
    "violation_share": _violation_share,
}
