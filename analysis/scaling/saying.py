"""What scaling came to, in sentences: the bill, the steps, the starts and the readings."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from analysis.listing import listed
from analysis.measured import MeasuredRun
from analysis.scaling.account import Account, account_of, spike_in
from analysis.scaling.decisions import changes_in
from analysis.statistics import Estimate, paired_t
from analysis.trial import Trial
from analysis.windows import Window, within
from analysis.wording import figures, percent, signed
from experiment.autoscaling import Autoscaling

Quantity = Callable[[Account], float | None]

ALIKE = 1.25
"""Shares of two arms that are farther apart than this factor are called different."""
ON_TIME_S = 0.3
"""Telling edge and peers of an instance, which comes after its start."""
RESOURCES: tuple[tuple[str, str, Quantity, Quantity], ...] = (
    (
        "CPU quota",
        "CPU-seconds",
        lambda a: a.cpu_quota_seconds,
        lambda a: a.whole_cpu_quota_seconds,
    ),
    (
        "memory",
        "MiB-seconds",
        lambda a: a.memory_mb_seconds,
        lambda a: a.whole_memory_mb_seconds,
    ),
)


def sentences(run: MeasuredRun) -> list[str]:
    """Of a run with an autoscaler; the bill only where two arms can be compared."""
    autoscaling = run.scenario.autoscaling
    if autoscaling is None or not run.blocks:
        return []
    accounts = {arm: [account_of(run, trial) for trial in run.of(arm)] for arm in run.arms}
    bill = _bill(accounts) if run.is_pair else ()
    others = (
        _at_rest(accounts),
        _short(accounts),
        _starts(run, autoscaling),
        _readings(run, autoscaling),
    )
    return [*bill, *chain.from_iterable(others)]


def _bill(accounts: dict[str, list[Account]]) -> Iterator[str]:
    for name, unit, added, whole in RESOURCES:
        of_spike, in_all = _compared(accounts, added), _compared(accounts, whole)
        if of_spike is None or in_all is None:
            continue
        second = list(accounts)[1]
        yield (
            f"{name[0].upper()}{name[1:]}: the spike adds {_both(accounts, added, unit)}, "
            f"{_apart(of_spike)}. The whole bill, from the start of the load to its end, is "
            f"{_both(accounts, whole, unit)}, {_apart(in_all)}. So {second} "
            f"{_pays(of_spike)} for what the spike adds, and {_pays(in_all)} in all."
        )


def _compared(accounts: dict[str, list[Account]], quantity: Quantity) -> Estimate | None:
    """Of the second arm to the first, paired by block; None where a block lacks one of them."""
    first, second = (list(map(quantity, each)) for each in accounts.values())
    pairs = zip(first, second, strict=True)
    found = [b - a for a, b in pairs if a is not None and b is not None]
    return paired_t(found) if len(found) == len(first) else None


def _both(accounts: dict[str, list[Account]], quantity: Quantity, unit: str) -> str:
    means = [_mean([quantity(account) or 0.0 for account in each]) for each in accounts.values()]
    first, second = accounts
    return f"{figures(means[0])} {unit} in {first} and {figures(means[1])} in {second}"


def _apart(found: Estimate) -> str:
    bounds = "" if found.interval is None else f" ({' to '.join(map(signed, found.interval))})"
    return f"a difference of {signed(found.value)}{bounds}"


def _pays(found: Estimate) -> str:
    """Less or more only where the interval says so."""
    low, high = found.interval or (0.0, 0.0)
    if low <= 0 <= high:
        return "was not shown to pay less or more"
    return "pays less" if high < 0 else "pays more"


def _at_rest(accounts: dict[str, list[Account]]) -> Iterator[str]:
    """Steps are as large as a copy needs where each arm's copies are used alike at rest."""
    of_arms = {arm: [a.quota_in_use_at_rest for a in each] for arm, each in accounts.items()}
    shares = {
        a: _mean([s for s in all_ if s is not None]) for a, all_ in of_arms.items() if any(all_)
    }
    if not shares:
        return
    said = listed([f"{percent(share)} in {arm}" for arm, share in shares.items()])
    judged = (
        "about as much in each, so the steps are as large as what a copy needs"
        if max(shares.values()) <= ALIKE * min(shares.values())
        else "not alike: a step of one arm is larger, for what a copy needs, than one of another"
    )
    yield f"In use at rest, of the quotas of what is scaled: {said}; {judged}."


def _short(accounts: dict[str, list[Account]]) -> Iterator[str]:
    """An arm that could not have what its metric asked for adds the less."""
    of_arms = {
        arm: sum(account.fell_short or 0 for account in each) for arm, each in accounts.items()
    }
    if any(of_arms.values()):
        said = listed([f"{number} in {arm}" for arm, number in of_arms.items()])
        yield (
            "Decisions from the spike on that granted less than the metric asked for, by the "
            f"budget, a bound or a rate: {said}. What an arm was refused is in no bill."
        )


def _starts(run: MeasuredRun, autoscaling: Autoscaling) -> Iterator[str]:
    """Nothing where no record tells when an instance was ready."""
    declared_s = autoscaling.start_s / autoscaling.compression
    of_arms = {arm: [s for trial in run.of(arm) for s in _started_in_s(trial)] for arm in run.arms}
    said = [_late(arm, found, declared_s) for arm, found in of_arms.items() if found]
    if said:
        yield (
            "An instance starts within the budget, at a quota that is the same for all, and "
            f"serves {declared_s:g} s after the decision at the earliest. Ready later than that: "
            f"{listed(said)}."
        )


def _started_in_s(trial: Trial) -> list[float]:
    changes = changes_in(trial.events)
    return [each.started_in_s for each in changes if each.started_in_s is not None]


def _late(arm: str, found: Sequence[float], declared_s: float) -> str:
    late = sum(seconds > declared_s + ON_TIME_S for seconds in found)
    return (
        f"{late} of {len(found)} decisions to add in {arm} "
        f"(mean {figures(_mean(found))} s, longest {figures(max(found))} s)"
    )


def _readings(run: MeasuredRun, autoscaling: Autoscaling) -> Iterator[str]:
    window_s = autoscaling.metrics_window_s / autoscaling.compression
    trials = [trial for arm in run.arms for trial in run.of(arm)]
    calm = [_per_second(trial, spike_in(run, trial).calm) for trial in trials]
    surged = [_per_second(trial, _surges(trial)) for trial in trials]
    if not any(calm) or not any(surged):
        return
    yield (
        f"A reading is the mean of {window_s:g} s, in which the whole store gets "
        f"{figures(window_s * _mean(calm))} requests at rest and "
        f"{figures(window_s * _mean(surged))} in the spike. Chance moves the mean of few."
    )


def _surges(trial: Trial) -> Sequence[Window]:
    return [(p.start_s, p.end_s) for p in trial.timetable if p.phase.surge]


def _per_second(trial: Trial, windows: Sequence[Window]) -> float:
    due_s = trial.requests["intended_s"].to_numpy()
    lasts_s = sum(end - start for start, end in windows)
    return sum(within(due_s, window).sum() for window in windows) / lasts_s if lasts_s else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
