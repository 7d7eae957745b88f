"""One complete trial with its rows."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.cells import Cells, cells_of
from analysis.gates import read_raw
from analysis.judging import judged
from analysis.planned import planned_s_of
from analysis.reading import (
    Audit,
    Events,
    read_audit,
    read_footprint,
    read_limbo,
)
from analysis.rechecking import require_true
from analysis.recovery.impact import Impact, impacts_of
from analysis.recovery.incident import incidents_in
from analysis.windows import Window, within
from experiment.footprint import Footprint
from experiment.phase import PlannedPhase, phases_together
from experiment.record import Plan, TrialFolder, TrialRecord
from experiment.scenario import Slo


@dataclass(frozen=True)
class Trial:
    """One complete trial with its rows."""

    record: TrialRecord
    requests: pd.DataFrame
    """Columns of ``experiment.rows.REQUESTS``, those of ``analysis.judging``, and planned_s."""
    omitted: pd.DataFrame
    """The same columns, of requests that a closed loop never sent: they are in no metric."""
    samples: pd.DataFrame
    events: Events
    audit: Audit | None
    limbo: pd.DataFrame | None
    """Columns of ``experiment.rows.LIMBO``; None when the scenario did not ask for it."""
    footprint: Footprint | None
    """None when the scenario did not ask for it."""
    timetable: tuple[PlannedPhase, ...]
    """Its phases in their times."""
    slo: Slo

    @cached_property
    def cells(self) -> Cells:
        """By phase and, of a matrix, by row and by group."""
        return cells_of(self.requests).taken_together(phases_together(self.timetable))

    @cached_property
    def impacts(self) -> list[Impact]:
        """What its faults did to all features, in the order of time."""
        return self.impacts_on(())

    def impacts_on(self, features: Collection[str]) -> list[Impact]:
        """What its faults did to some features; to all if none is named."""
        incidents = incidents_in(self.events, self.timetable)
        baselines = [(p.start_s, p.end_s) for p in self.timetable if p.phase.kind == "baseline"]
        return impacts_of(self.requests, incidents, baselines, self.slo.good_share, features)

    def planned_in(self, phase: str, features: Collection[str] = ()) -> int:
        """Requests that were planned in a phase, whenever they were due."""
        rows = self.requests
        if features:
            rows = rows[rows["feature"].isin(features)]
        planned_s = rows["planned_s"].to_numpy(np.float64)
        return sum(int(within(planned_s, window).sum()) for window in self.windows_of(phase))

    def windows_of(self, phase: str) -> list[Window]:
        """When a phase was planned; all times of a row or a group of phases."""
        return [(p.start_s, p.end_s) for p in self.timetable if p.is_in(phase)]


def load_trial(record: TrialRecord, folder: TrialFolder, arrivals: Path, plan: Plan) -> Trial:
    """Read the rows of a complete trial. InputError when a file is missing or not whole.

    So when they say something else than the record. ``arrivals`` is the schedule of its block.
    """
    raw = read_raw(folder, arrivals)
    timetable, slo = plan.timetable(record.block), plan.scenario.slo
    windows = {p.phase.name: (p.start_s, p.end_s) for p in timetable}
    rows = judged(raw.requests, windows, slo.latency_ms)
    rows["planned_s"] = planned_s_of(rows, arrivals)
    require_true(record, plan.arm(record.arm), folder, raw)
    omitted = rows["outcome"] == "omitted"
    return Trial(
        record=record,
        requests=rows[~omitted] if omitted.any() else rows,
        omitted=rows[omitted],
        samples=raw.samples,
        events=raw.events,
        audit=read_audit(folder),
        limbo=read_limbo(folder),
        footprint=read_footprint(folder),
        timetable=timetable,
        slo=slo,
    )
