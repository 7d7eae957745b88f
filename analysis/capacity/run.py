"""A run of searches as the analysis sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.capacity.search import Limit, SeenProbe, limit_of, read_probe, search_of
from analysis.measured import MeasuredRun
from experiment.integrity import require_untouched
from experiment.probe import read_probes
from experiment.record import RunFolder
from experiment.search import Search


@dataclass(frozen=True, kw_only=True)
class SearchRun(MeasuredRun):
    """Probes and limits; ``records`` are those of the probes, and ``trials`` is empty."""

    probes: tuple[SeenProbe, ...]
    """Of every probe that left a record, by block, arm and number."""
    limits: tuple[Limit, ...]
    """Of every search that was begun, by block, fixed value and arm."""

    @property
    def search(self) -> Search:
        return search_of(self.plan)

    @property
    def resolution(self) -> float:
        return self.search.resolution.of(self.plan.profile)

    @property
    def at(self) -> tuple[float, ...]:
        """The fixed values, in ascending order."""
        return tuple(sorted(self.search.at.of(self.plan.profile)))

    @property
    def decides(self) -> float:
        """The fixed value that the verdict speaks of: the first that the scenario names."""
        return self.search.at.of(self.plan.profile)[0]

    @property
    def blocks(self) -> list[int]:
        """Blocks whose searches at the value that decides came to an end, if only at a bound."""
        ended = [found.block for found in self.limits if found.at == self.decides and found.ended]
        return [b for b in sorted(set(ended)) if ended.count(b) == len(self.scenario.arms)]

    @property
    def cut_off(self) -> bool:
        """Whether a planned search was never begun or never ended."""
        planned = len(self.plan.order) * len(self.scenario.arms) * len(self.at)
        cut = any(limit.unknown == "the search did not end" for limit in self.limits)
        return cut or len(self.limits) < planned

    def limit(self, block: int, arm: str, at: float) -> Limit | None:
        """What that search found; None when it was never begun."""
        here = (block, arm, at)
        found = (each for each in self.limits if (each.block, each.arm, each.at) == here)
        return next(found, None)

    def probes_of(self, block: int, arm: str, at: float) -> list[SeenProbe]:
        here = (block, arm, at)
        return [p for p in self.probes if (p.probe.block, p.probe.arm, p.probe.at) == here]


def load_search_run(folder: RunFolder) -> SearchRun:
    """Read the plan and all probes, and judge each from its raw rows.

    InputError when the plan was edited, or a file of a probe is not whole.
    """
    plan = folder.read_plan()
    require_untouched(folder)
    read = [read_probe(folder, plan, probe) for probe in read_probes(folder)]
    seen = tuple(probe for probe in read if probe is not None)
    arms = [arm.name for arm in plan.scenario.arms]
    keys = sorted(
        {(p.probe.block, p.probe.at, p.probe.arm) for p in seen},
        key=lambda key: (key[0], key[1], arms.index(key[2])),
    )
    return SearchRun(
        plan=plan,
        records=tuple(probe.record for probe in seen),
        trials=(),
        probes=seen,
        limits=tuple(
            limit_of(plan, block, arm, at, _of(seen, block, arm, at)) for block, at, arm in keys
        ),
    )


def _of(seen: Sequence[SeenProbe], block: int, arm: str, at: float) -> list[SeenProbe]:
    here = (block, arm, at)
    return [p for p in seen if (p.probe.block, p.probe.arm, p.probe.at) == here]
