"""What the same guarantees cost on each side: time and CPU of a checkout, and lines of code."""

from collections.abc import Iterator

import numpy as np

from analysis.measured import MeasuredRun
from analysis.quantiles import needed_for, quantile
from analysis.resources import cpu_s_by_role
from analysis.tables import Row
from analysis.trial import Trial
from analysis.wording import NOTHING, figures
from experiment.phase import PlannedPhase

CAPTION = (
    "In calm phases, over all blocks. Times count from when they were due, of checkouts that were "
    "confirmed, repeats left out. CPU is that of the whole store, its edge and its database, per "
    "confirmed checkout: the arrivals are the same on both sides, so what differs is how an order "
    "is made, and what the other requests cost. Lines hold code: no blanks, comments or "
    "docstrings, statements in SQL counted."
)


def rows(run: MeasuredRun) -> list[Row]:
    """One row per measure, one cell per arm."""
    return [
        Row("checkout p50, ms", tuple(_time(run, arm, 0.5) for arm in run.arms)),
        Row("checkout p95, ms", tuple(_time(run, arm, 0.95) for arm in run.arms)),
        Row("CPU per confirmed checkout, ms", tuple(_cpu(run, arm) for arm in run.arms)),
        Row("confirmed checkouts", tuple(f"{_count(run, arm):,}" for arm in run.arms)),
        *_line_rows(run),
    ]


def _line_rows(run: MeasuredRun) -> Iterator[Row]:
    by_arm = [run.plan.checkout_lines.get(arm.architecture, {}) for arm in run.every_arm]
    parts = list(dict.fromkeys(part for lines in by_arm for part in lines))
    for part in parts:
        cells = tuple(f"{lines[part]:,}" if part in lines else NOTHING for lines in by_arm)
        yield Row(f"lines: {part}", cells)
    if parts:
        totals = tuple(f"{sum(lines.values()):,}" for lines in by_arm)
        yield Row("lines of code of checkout", totals, strong=True)


def _time(run: MeasuredRun, arm: str, p: float) -> str:
    times_ms = np.sort(np.concatenate([_confirmed_ms(trial) for trial in run.of(arm)]))
    value = quantile(times_ms, p)
    return f"needs {needed_for(p)}" if value is None else figures(value)


def _cpu(run: MeasuredRun, arm: str) -> str:
    count = _count(run, arm)
    return figures(1000 * sum(map(_calm_cpu_s, run.of(arm))) / count) if count else NOTHING


def _count(run: MeasuredRun, arm: str) -> int:
    return sum(len(_confirmed_ms(trial)) for trial in run.of(arm))


def _confirmed_ms(trial: Trial) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    rows = trial.requests
    calm = [planned.phase.name for planned in _calm(trial)]
    chosen = (rows["operation"] == "checkout") & (rows["status"] == 201)  # noqa: PLR2004 - created
    return rows[chosen & rows["phase"].isin(calm)]["response_ms"].to_numpy(np.float64)


def _calm_cpu_s(trial: Trial) -> float:
    windows = [(planned.start_s, planned.end_s) for planned in _calm(trial)]
    return sum(sum(cpu_s_by_role(trial.samples, window).values()) for window in windows)


def _calm(trial: Trial) -> list[PlannedPhase]:
    return [planned for planned in trial.timetable if planned.phase.kind == "baseline"]
