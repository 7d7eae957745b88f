"""What one request more costs: a slope between two phases of a trial."""

from analysis.resources import cpu_s_by_role
from analysis.trial import Trial
from experiment.phase import PlannedPhase


def marginal_cpu_ms(trial: Trial, phase: str) -> float | None:
    """CPU of store, edge and database that one correct answer more takes, in ms.

    The slope from the trial's phases of kind baseline to ``phase`` (a name, a row or a group). What
    the store uses without any request, such as for health checks, is in both and drops out. None
    where the phase has no more answers per second than the baseline.
    """
    asked = [p for p in trial.timetable if p.is_in(phase)]
    baseline = [p for p in trial.timetable if p.phase.kind == "baseline"]
    (cpu, answers), (rest, few) = _per_second(trial, asked), _per_second(trial, baseline)
    return 1000 * (cpu - rest) / (answers - few) if answers > few else None


def _per_second(trial: Trial, planned: list[PlannedPhase]) -> tuple[float, float]:
    """CPU seconds and correct answers per second in some phases."""
    seconds = sum(p.end_s - p.start_s for p in planned)
    cpu_s = cpu_s_by_role(trial.samples, *((p.start_s, p.end_s) for p in planned))
    shares = [trial.cells.of(p.phase.name) for p in planned]
    answered = sum(each.n - each.failed for each in shares)
    return sum(cpu_s.values()) / seconds, answered / seconds
