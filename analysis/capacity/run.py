"""A run of searches as the analysis sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.capacity.salvage import LostProbe, find_probes
from analysis.capacity.search import UNENDED, Limit, SearchKey, SeenProbe, limit_of, search_of
from analysis.measured import MeasuredRun, floors_beside
from experiment.integrity import require_untouched
from experiment.record import Plan, RunFolder, TrialRecord
from experiment.search import Search


@dataclass(frozen=True, kw_only=True)
class SearchRun(MeasuredRun):
    """Probes and limits; ``records`` are those of the probes, and ``trials`` is empty."""

    probes: tuple[SeenProbe, ...]
    """Of every probe that left a record, by block, arm and number."""
    limits: tuple[Limit, ...]
    """Of every search that was begun, by block, fixed value and arm."""

    @property
    def left_out(self) -> list[TrialRecord]:
        """Probes that are no answer. A later one of the same arm asks another question."""
        return [record for record in self.records if record.status != "complete"]

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
        """Whether a planned search was never begun or never ended; damaged ones do not tell."""
        blocks = range(1, len(self.plan.order) + 1)
        values = sum(len(self.search.values(self.plan.profile, block)) for block in blocks)
        planned = values * len(self.scenario.arms)
        cut = any(limit.unknown == UNENDED for limit in self.limits)
        return cut or len(self.limits) < planned

    def limit(self, block: int, arm: str, at: float) -> Limit | None:
        """What that search found; None when it was never begun."""
        here = (block, arm, at)
        found = (each for each in self.limits if (each.block, each.arm, each.at) == here)
        return next(found, None)

    def blocks_at(self, at: float) -> list[int]:
        """Blocks in which this value was searched."""
        return sorted({found.block for found in self.limits if found.at == at})

    def probes_of(self, block: int, arm: str, at: float) -> list[SeenProbe]:
        return _of(self.probes, (block, arm, at))


def load_search_run(folder: RunFolder) -> SearchRun:
    """Read the plan and all probes, and judge each from its raw rows.

    A probe that cannot be read is named in ``damaged``, and its search has no limit. Raises
    InputError when the plan is broken or was edited.
    """
    plan = folder.read_plan()
    require_untouched(folder)
    seen, lost = find_probes(folder, plan)
    return SearchRun(
        plan=plan,
        records=tuple(probe.record for probe in seen),
        trials=(),
        damaged=tuple(lost),
        probes=tuple(seen),
        limits=tuple(_limit(plan, search, seen, lost) for search in _begun(plan, seen, lost)),
        floors_beside=floors_beside(folder, plan),
    )


def _begun(plan: Plan, seen: Sequence[SeenProbe], lost: Sequence[LostProbe]) -> list[SearchKey]:
    """Every search that is known to have begun, by block, fixed value and arm."""
    arms = [arm.name for arm in plan.scenario.arms]
    known = {each.search for each in seen}
    known |= {(each.block, each.arm, each.at) for each in lost if each.at is not None}
    return sorted(known, key=lambda search: (search[0], search[2], arms.index(search[1])))


def _limit(
    plan: Plan, search: SearchKey, seen: Sequence[SeenProbe], lost: Sequence[LostProbe]
) -> Limit:
    if any(each.is_of(search) for each in lost):
        return Limit(*search, None, None, "a probe of it cannot be read")
    return limit_of(plan, *search, _of(seen, search))


def _of(seen: Sequence[SeenProbe], search: SearchKey) -> list[SeenProbe]:
    return [each for each in seen if each.search == search]
