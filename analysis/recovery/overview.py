"""Each incident over all blocks: what every trial of an arm saw of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from analysis.measured import MeasuredRun
from analysis.recovery.impact import Impact
from analysis.statistics import Estimate, paired_t

Quantity = Callable[[Impact], float | None]
"""Some number of an impact; None where it has none."""
Key = tuple[str, int]


@dataclass(frozen=True)
class Seen:
    """One incident in all complete blocks."""

    key: Key
    says: str
    is_joint: bool
    """Whether several faults overlapped in it."""
    impacts: dict[str, dict[int, Impact]]
    """By arm and block."""

    @property
    def name(self) -> str:
        phase, number = self.key
        return f"{phase} ({number + 1})" if number else phase

    @property
    def most_lost(self) -> float:
        """Requests that it cost the arm that it cost the most: mean over blocks."""
        return max(sum(i.lost for i in self.of(arm)) / len(self.of(arm)) for arm in self.impacts)

    def of(self, arm: str) -> list[Impact]:
        """By block."""
        return [impact for _, impact in sorted(self.impacts.get(arm, {}).items())]


def incidents_of(run: MeasuredRun) -> list[Seen]:
    """The incidents of a run in the order in which the scenario declares them."""
    seen: dict[Key, Seen] = {}
    for trial in run.trials:
        for impact in trial.impacts:
            incident = impact.incident
            new = Seen(incident.key, incident.says, len(incident.faults) > 1, {})
            found = seen.setdefault(incident.key, new)
            found.impacts.setdefault(trial.record.arm, {})[trial.record.block] = impact
    declared = [planned.phase.name for planned in run.scenario.timetable(run.plan.profile)]
    return [seen[key] for key in sorted(seen, key=lambda key: (declared.index(key[0]), key[1]))]


def mean_of(impacts: Iterable[Impact], quantity: Quantity) -> Estimate | None:
    """Mean over the blocks of an arm with its interval; None unless every block has a value."""
    values = _known(quantity(impact) for impact in impacts)
    return mean_over_blocks(values) if values else None


def mean_over_blocks(values: Sequence[float]) -> Estimate:
    """Student's t over blocks, as for pairs; cut at zero, as no quantity here is below it."""
    estimate = paired_t(values)
    if estimate.interval is None:
        return estimate
    low, high = estimate.interval
    return replace(estimate, interval=(max(0.0, low), high))


def difference(seen: Seen, arms: tuple[str, str], quantity: Quantity) -> Estimate | None:
    """Mean over blocks of the second arm less the first; None unless every block has both."""
    first, second = (seen.impacts.get(arm, {}) for arm in arms)
    blocks = sorted(first.keys() & second.keys())
    before, after = (_known(quantity(side[b]) for b in blocks) for side in (first, second))
    if not before or not after:
        return None
    return paired_t([b - a for a, b in zip(before, after, strict=True)])


def _known(values: Iterable[float | None]) -> list[float]:
    """All values; empty when one is not known."""
    found = list(values)
    known = [value for value in found if value is not None]
    return known if len(known) == len(found) else []
