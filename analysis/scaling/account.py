"""What a spike cost one trial, and what its autoscaler did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import pandas as pd

from analysis.measured import MeasuredRun
from analysis.resources import growth_in
from analysis.scaling.added import added, added_by_role, area, whole
from analysis.scaling.decisions import Decision, changes_in, decisions_in, turns
from analysis.scaling.objective import Missed, missed
from analysis.scaling.provisioning import Provisioning, provisioning
from analysis.scaling.spike import Spike, phase_of_spike, spike_of
from analysis.trial import Trial
from analysis.windows import Window


@dataclass(frozen=True)
class Account:
    """From the start of the spike to the end of the trial, but for what is called whole or rest.

    None where a trial cannot tell.
    """

    cpu_quota_seconds: float | None
    memory_mb_seconds: float | None
    instance_seconds: float | None
    whole_cpu_quota_seconds: float | None
    """From the start of the load to its end, with what was there before the spike, as the next."""
    whole_memory_mb_seconds: float | None
    missed: Missed
    too_few: float | None
    """Instance-seconds, of all scaled roles; None where nothing is scaled, as the following."""
    too_many: float | None
    turns: int | None
    """Changes of direction, of all scaled roles; from the baseline on."""
    fell_short: int | None
    """Decisions that granted less than the metric asked for."""
    decided_after_s: float | None
    """From the start of the spike to the first decision to add; None also when there was none."""
    took_s: float | None
    """From a decision to add until all that it added serve: mean."""
    started_in_s: float | None
    """From a decision to add until all that it added are ready: mean. They serve no sooner than is
    declared."""
    memory_mb_per_instance: float | None
    """Memory that the scaled roles added, over the instances that they added."""
    quota_unused: float | None
    """Share of the CPU quotas of the scaled roles."""
    quota_in_use_at_rest: float | None
    """The same share, that is used, in the baselines before the spike."""


def spike_in(run: MeasuredRun, trial: Trial) -> Spike:
    phase = phase_of_spike(trial.timetable, run.scenario.primary.phase)
    return spike_of(trial.timetable, phase)


def account_of(run: MeasuredRun, trial: Trial) -> Account:
    spike, samples = spike_in(run, trial), trial.samples
    decisions = decisions_in(trial.events)
    roles = scaled_roles(decisions)
    since_s = spike.window[0]
    ups = [each for each in changes_in(trial.events) if each.added and each.decided_s >= since_s]
    first = next((d.at_s for d in decisions if d.step > 0 and d.at_s >= since_s), None)
    parts = [provisioning(samples, decisions, role, spike.window) for role in roles]
    follows = sum(parts, start=Provisioning())
    return Account(
        cpu_quota_seconds=added(samples, spike, "cpus"),
        memory_mb_seconds=added(samples, spike, "memory_mb"),
        instance_seconds=added(samples, spike, "instances"),
        whole_cpu_quota_seconds=whole(samples, trial.timetable, "cpus"),
        whole_memory_mb_seconds=whole(samples, trial.timetable, "memory_mb"),
        missed=missed(trial.requests, spike.window, trial.slo.good_share),
        too_few=follows.under if roles else None,
        too_many=follows.over if roles else None,
        turns=_turns(decisions, spike) if roles else None,
        fell_short=_fell_short(decisions, spike) if roles else None,
        decided_after_s=None if first is None else first - since_s,
        took_s=fmean(change.took_s for change in ups) if ups else None,
        started_in_s=_mean(change.started_in_s for change in ups),
        memory_mb_per_instance=_memory_mb_per_instance(samples, spike, roles),
        quota_unused=_unused(_quota_in_use(samples, roles, (spike.window,))),
        quota_in_use_at_rest=_quota_in_use(samples, roles, spike.calm),
    )


def scaled_roles(decisions: Sequence[Decision]) -> list[str]:
    return sorted({decision.role for decision in decisions})


def _turns(decisions: Sequence[Decision], spike: Spike) -> int:
    since_s = min((start for start, _ in spike.calm), default=spike.window[0])
    later = [decision for decision in decisions if decision.at_s >= since_s]
    return sum(turns(d for d in later if d.role == role) for role in scaled_roles(later))


def _fell_short(decisions: Sequence[Decision], spike: Spike) -> int:
    return sum(each.falls_short for each in decisions if each.at_s >= spike.window[0])


def _memory_mb_per_instance(
    samples: pd.DataFrame, spike: Spike, roles: Sequence[str]
) -> float | None:
    """None where the scaled roles added nothing."""
    memory, instances = (
        sum(found.get(role, 0.0) for role in roles)
        for found in (added_by_role(samples, spike, c) for c in ("memory_mb", "instances"))
    )
    return memory / instances if instances > 0 else None


def _quota_in_use(
    samples: pd.DataFrame, roles: Sequence[str], windows: Sequence[Window]
) -> float | None:
    """Share of the quotas of some roles that they use; None where their instances have none."""
    own = [(role, window) for role in roles if _has_quota(samples, role) for window in windows]
    granted = sum(area(samples, role, "cpus", window) for role, window in own)
    used = sum(growth_in(samples, role, "cpu_s", window) for role, window in own)
    return used / granted if granted else None


def _unused(in_use: float | None) -> float | None:
    """Below zero where starts took more than their quota, as they could in older records."""
    return None if in_use is None else 1 - in_use


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _has_quota(samples: pd.DataFrame, role: str) -> bool:
    return bool(samples.loc[samples["role"] == role, "cpus"].notna().any())
