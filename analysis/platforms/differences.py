"""What differs between runs of one scenario on several platforms, beside what they found."""

from collections.abc import Callable, Mapping

from analysis.measured import MeasuredRun
from analysis.platforms.side import Sides
from analysis.setup import limits_in_force
from analysis.tables import Row
from analysis.wording import NOTHING
from experiment.facts import scenario_members

Entries = Mapping[str, object]

_TABLES: Mapping[str, Callable[[MeasuredRun], Entries]] = {
    "factors": lambda run: run.plan.factors,
    "limits in force": lambda run: dict(limits_in_force(run)),
    "scenario": lambda run: scenario_members(run.plan),
    "run": lambda run: {
        "profile": run.plan.profile,
        "blocks planned": len(run.plan.order),
        "seed": run.plan.seed,
        "commit": run.plan.commit,
        "started": run.plan.started_at,
    },
    "machine": lambda run: run.plan.machine.model_dump(
        include={"cpu_model", "cores", "memory_mb", "kernel", "python"}
    ),
    "versions": lambda run: run.plan.versions,
}


def difference_rows(sides: Sides) -> list[Row]:
    """Everything on record that is not the same for all, one column for each platform."""
    rows: list[Row] = []
    for group, entries_of in _TABLES.items():
        entries = [entries_of(side.run) for side in sides.sides]
        found = [
            Row(name, tuple(_cell(each, name) for each in entries))
            for name in sorted({name for each in entries for name in each})
            if len({str(each.get(name)) for each in entries}) > 1
        ]
        rows += [Row(r.heading, r.cells, group="" if i else group) for i, r in enumerate(found)]
    return rows


def _cell(entries: Entries, name: str) -> str:
    value = entries.get(name)
    return NOTHING if value is None else str(value)
