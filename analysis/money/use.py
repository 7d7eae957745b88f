"""What a store was given and what it used in a stretch of a trial, and the journeys it served."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import pandas as pd

from analysis.outside import OUTSIDE
from analysis.resources import cpu_s_by_role
from analysis.trial import Trial
from analysis.windows import Window, within


@dataclass(frozen=True)
class Share:
    """How much of a resource was there, and how much of that was used."""

    provisioned: float
    used: float


@dataclass(frozen=True)
class Use:
    """Store, edge and database together; the generator and the payment provider are not theirs."""

    seconds: float
    cpus: Share
    """Provisioned: the budget or, where each instance has a quota, the mean sum of the quotas.
    Used: CPU seconds per second."""
    memory_mb: Share
    """Provisioned: the most that was held at any instant, since so much has to be there. The limit
    of the budget is no size that anybody chose. Used: the mean."""
    instances: float
    """Mean number that was alive."""
    journeys: int
    """Those that arrived in the stretch."""
    good_journeys: int
    """Of these, the ones of which every step was good."""


def use_in(
    requests: pd.DataFrame, samples: pd.DataFrame, window: Window, cpus: float
) -> Use | None:
    """Resources and journeys within ``window``; None when the store was not sampled in it.

    ``requests`` are judged rows (``analysis.judging``), ``samples`` has the columns of
    ``experiment.rows.SAMPLES``, ``cpus`` is the CPU budget of the deployment.
    """
    inside = within(samples["t_s"].to_numpy(np.float64), window)
    ours = samples[inside & ~samples["role"].isin(OUTSIDE).to_numpy()]
    if ours.empty:
        return None
    seconds = window[1] - window[0]
    at_once = ours.groupby("t_s")[["memory_mb", "instances"]].sum()
    journeys, good = _journeys_in(requests, window)
    return Use(
        seconds=seconds,
        cpus=Share(_quotas(ours, cpus), sum(cpu_s_by_role(samples, window).values()) / seconds),
        memory_mb=Share(float(at_once["memory_mb"].max()), float(at_once["memory_mb"].mean())),
        instances=float(at_once["instances"].mean()),
        journeys=journeys,
        good_journeys=good,
    )


def taken_together(uses: Sequence[Use]) -> Use:
    """One or more stretches of equal length, of the same deployment, as if they were one."""
    return Use(
        seconds=sum(use.seconds for use in uses),
        cpus=Share(
            fmean(use.cpus.provisioned for use in uses), fmean(use.cpus.used for use in uses)
        ),
        memory_mb=Share(
            max(use.memory_mb.provisioned for use in uses),
            fmean(use.memory_mb.used for use in uses),
        ),
        instances=fmean(use.instances for use in uses),
        journeys=sum(use.journeys for use in uses),
        good_journeys=sum(use.good_journeys for use in uses),
    )


def use_of(trial: Trial, cpus: float) -> Use | None:
    """Of a whole trial, from the end of its warm-up to the end of its last phase."""
    reported = [planned for planned in trial.timetable if planned.phase.kind != "warm-up"]
    window = reported[0].start_s, reported[-1].end_s
    return use_in(trial.requests, trial.samples, window, cpus)


def _quotas(ours: pd.DataFrame, budget: float) -> float:
    """CPUs of all quotas of single instances, mean over the instants; the budget without such."""
    known = ours.dropna(subset=["cpus"])
    if known.empty:
        return budget
    return float(known.groupby("t_s")["cpus"].sum().mean())


def _journeys_in(requests: pd.DataFrame, window: Window) -> tuple[int, int]:
    """Journeys whose first step was due in the window, and those without a bad step.

    Steps count wherever they fall, since a journey is good or bad as a whole.
    """
    first = (requests["step"] == 0).to_numpy()
    begun = first & within(requests["intended_s"].to_numpy(np.float64), window)
    numbers = requests["seq"].to_numpy()
    bad_steps = np.bincount(numbers, weights=~requests["good"].to_numpy())
    return int(begun.sum()), int((bad_steps[numbers[begun]] == 0).sum())
