"""The set-up of a run as rows for its report: machine, limits, seeds, code."""

from collections.abc import Iterator
from statistics import median

from analysis.measured import MeasuredRun
from analysis.wording import percent

NOT_RECORDED = "not recorded, or not readable on this machine"

Entry = tuple[str, str]
"""Name and value."""


def setup_rows(run: MeasuredRun) -> list[Entry]:
    """Everything on record about where and on what the run was made."""
    return [*_machine(run), *_during(run), *_limits(run), *_code(run)]


def steal_words(run: MeasuredRun) -> str | None:
    """CPU time stolen under load, over all trials; None when no trial recorded it."""
    shares = [r.steal_share for r in run.records if r.steal_share is not None]
    if not shares:
        return None
    return f"{percent(median(shares))} in the median trial, {percent(max(shares))} in the worst"


def limits_in_force(run: MeasuredRun) -> list[Entry]:
    """Every limit that any trial was under."""
    return sorted({item for record in run.records for item in record.limits.items()})


def _machine(run: MeasuredRun) -> Iterator[Entry]:
    machine = run.plan.machine
    yield "CPU", f"{machine.cores} \N{MULTIPLICATION SIGN} {machine.cpu_model}"
    yield "frequency of the first core", _known(machine.frequency_mhz, "{:g} MHz")
    yield "frequency governor", _known(machine.governor)
    yield "memory", f"{machine.memory_mb:,} MiB"
    yield "swap", _known(machine.swap_mb, "{:,} MiB")
    yield "kernel", machine.kernel
    yield "virtualisation, as far as it shows", _known(machine.virtualisation)
    yield "clock source", _known(machine.clocksource)
    yield "Python", machine.python


def _during(run: MeasuredRun) -> Iterator[Entry]:
    machine = run.plan.machine
    yield "load average before the run", f"{machine.load_before:g}"
    since = machine.steal_share
    yield "CPU time stolen since boot", NOT_RECORDED if since is None else percent(since)
    yield "CPU time stolen under load", steal_words(run) or NOT_RECORDED


def _limits(run: MeasuredRun) -> Iterator[Entry]:
    for name, says in limits_in_force(run):
        yield f"limit on {name}", says


def _code(run: MeasuredRun) -> Iterator[Entry]:
    plan = run.plan
    for one in run.pooled or (plan,):
        yield f"seed of run {one.run_id}", str(one.seed)
    yield "commit", plan.commit
    for name, value in sorted(plan.hashes.items()):
        yield f"SHA-256 of {name}", value


def _known(value: object, form: str = "{}") -> str:
    return NOT_RECORDED if value is None else form.format(value)
