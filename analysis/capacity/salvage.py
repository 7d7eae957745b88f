"""Which probes of a run can be read, and what is wrong with the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.capacity.search import (
    SearchKey,
    SeenProbe,
    ladder_in,
    progress,
    read_probe,
    search_of,
)
from analysis.capacity.units import held
from analysis.salvage import Damage, place_of, reason_of
from experiment.errors import InputError
from experiment.probe import probe_in, probe_specs
from experiment.record import Plan, RunFolder
from experiment.sealing import read_seals


@dataclass(frozen=True)
class LostProbe(Damage):
    """A probe that cannot be read; its search has no limit, all others stay."""

    at: float | None
    """What its search held fixed; None when that cannot be read either."""

    def is_of(self, search: SearchKey) -> bool:
        """Whether it belongs to that search, as far as is known."""
        block, arm, at = search
        return (self.block, self.arm) == (block, arm) and self.at in (at, None)


def find_probes(folder: RunFolder, plan: Plan) -> tuple[list[SeenProbe], list[LostProbe]]:
    """All probes that left a record, by block, arm and number, and what is wrong with the rest."""
    seen: list[SeenProbe] = []
    lost: list[LostProbe] = []
    seals = read_seals(folder)
    gone = {file.parent.with_suffix(".json"): file for file in seals.gone()}
    for spec, file in gone.items():
        lost.append(
            LostProbe(*place_of(spec), f"{file.relative_to(folder.path)} is missing.", None)
        )
    for spec in probe_specs(folder):
        at = None
        try:
            probe = probe_in(folder, spec)
            at = probe.at
            if (found := read_probe(folder, plan, probe, seals)) is not None:
                seen.append(found)
        except InputError as error:
            lost.append(LostProbe(*place_of(spec), reason_of(folder, error), at))
    seen.sort(key=lambda each: each.probe.place)
    lost += _gaps(plan, seen, lost)
    return seen, sorted(lost, key=lambda each: (each.block, each.arm, each.reason))


def _gaps(plan: Plan, seen: Sequence[SeenProbe], lost: Sequence[LostProbe]) -> Iterator[LostProbe]:
    """Searches in which a probe must have been whose files are all gone.

    Each probe follows from those before it, so the next one tells that one is missing.
    """
    for search in dict.fromkeys(each.search for each in seen):
        if any(each.is_of(search) for each in lost):
            continue
        block, arm, at = search
        try:
            progress(ladder_in(plan, *search), [each for each in seen if each.search == search])
        except ValueError:
            says = held(search_of(plan).kind, at)
            reason = f"a probe is missing from the search at {says}."
            yield LostProbe(block, arm, reason, at)
