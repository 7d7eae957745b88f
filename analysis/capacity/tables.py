"""The tables of a search report, as plain rows of text."""

from collections.abc import Sequence

from analysis.capacity.run import SearchRun
from analysis.capacity.search import Limit, SeenProbe
from analysis.capacity.units import held
from analysis.capacity.usl import NotIdentified, Scalability, fit
from analysis.capacity.wording import bracket
from analysis.tables import Row
from analysis.wording import NOTHING, figures, percent


def limit_rows(run: SearchRun) -> list[Row]:
    """Per fixed value and block: the bracket of each arm and the ratio of their midpoints."""
    rows = []
    for at in run.at:
        for index, block in enumerate(run.blocks_at(at)):
            both = [run.limit(block, arm, at) for arm in run.arms]
            group = "" if index else held(run.search.kind, at)
            cells = (*(_bracket(run, found) for found in both), _ratio(both))
            rows.append(Row(f"block {block}", cells, group=group, strong=at == run.decides))
    return rows


def _bracket(run: SearchRun, found: Limit | None) -> str:
    return NOTHING if found is None else bracket(run.search.kind, [found])


def _ratio(both: Sequence[Limit | None]) -> str:
    reference, treatment = (found.midpoint if found else None for found in both)
    return f"{treatment / reference:.2f}" if reference and treatment else NOTHING


PROBE_COLUMNS = ("load, journeys/s", "CPUs", "good", "of requests", "holds", "why not")


def probe_rows(run: SearchRun) -> list[Row]:
    """Every probe of every search, in the order in which they ran."""
    rows = []
    for found in run.limits:
        title = f"block {found.block}, {found.arm}, {held(run.search.kind, found.at)}"
        seen = run.probes_of(found.block, found.arm, found.at)
        rows += [
            Row(f"probe {probe.probe.number}", _probe_cells(probe), group="" if index else title)
            for index, probe in enumerate(seen)
        ]
    return rows


def _probe_cells(seen: SeenProbe) -> tuple[str, ...]:
    values = f"{seen.probe.rate:g}", f"{seen.probe.cpus:g}"
    if seen.judgement is None:
        return *values, NOTHING, NOTHING, seen.record.status, seen.says
    judged = seen.judgement
    holds = "yes" if judged.holds else "no"
    return *values, percent(judged.good_share), f"{judged.n:,}", holds, seen.says


def scalability_of(run: SearchRun, arm: str) -> Scalability | NotIdentified:
    """The scalability law fitted to the midpoints of an arm's brackets."""
    known = [
        (found.at, found.midpoint) for found in run.limits if found.arm == arm and found.midpoint
    ]
    return fit([at for at, _ in known], [midpoint for _, midpoint in known])


def scalability_rows(run: SearchRun) -> list[Row]:
    """Per arm: the parameters of the law with their intervals and the peak, or why not."""
    return [Row(arm, _scalability_cells(scalability_of(run, arm))) for arm in run.arms]


def _scalability_cells(found: Scalability | NotIdentified) -> tuple[str, ...]:
    if isinstance(found, NotIdentified):
        return NOTHING, NOTHING, NOTHING, f"not identified: {found.reason}"
    values = (found.rate, found.contention, found.coherency)
    parameters = [
        f"{figures(value)}\n{figures(low)} to {figures(high)}"
        for value, (low, high) in zip(values, found.intervals, strict=True)
    ]
    peak = f"{found.peak:.2g} CPUs" if found.peak else f"not identified: {found.no_peak}"
    return *parameters, peak
