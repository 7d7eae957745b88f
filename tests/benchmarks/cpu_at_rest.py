"""What each instance uses at rest, and the quota that this gives it.

``python -m tests.benchmarks.cpu_at_rest RUN [RUN ...]``, of ``before-a-spike``. Writes
``results/reference/cpu-at-rest.json``, by which a test holds the quotas of the scenarios. Only CPU
is read: what other programs on the machine do changes it little.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd

from analysis.resources import growth_in, store_roles
from analysis.scaling.added import area
from analysis.windows import Window
from experiment.record import RunFolder
from scaling.need import IN_USE_AT_REST, needed_cpus

KEPT = Path(__file__).parents[2] / "results" / "reference" / "cpu-at-rest.json"
SHARED = ("database", "edge")
"""They share one quota."""

ByRole = dict[str, float]


def cpus_at_rest(samples: pd.DataFrame, calm: Sequence[Window]) -> ByRole:
    """CPUs that an instance of each role used in the baselines; edge and database together."""
    found = {
        role: sum(growth_in(samples, role, "cpu_s", window) for window in calm)
        / sum(area(samples, role, "instances", window) for window in calm)
        for role in store_roles(samples)
    }
    own = {role: cpus for role, cpus in found.items() if role not in SHARED}
    return own | {"shared": sum(found[role] for role in SHARED)}


def measured(folders: list[Path]) -> dict[str, list[ByRole]]:
    """By arm, one entry for each trial that passed its gates, whatever became of its block."""
    trials: dict[str, list[ByRole]] = defaultdict(list)
    for run in map(RunFolder, folders):
        plan = run.read_plan()
        for record in run.trials():
            if record.status == "complete":
                phases = plan.timetable(record.block)
                calm = [(p.start_s, p.end_s) for p in phases if p.phase.kind == "baseline"]
                samples = pd.read_parquet(run.files_of(record).samples)
                trials[record.arm].append(cpus_at_rest(samples, calm))
    return trials


def summary(trials: dict[str, list[ByRole]]) -> dict[str, Any]:
    """Means over trials, and by the rule the quota of each instance."""
    used = {
        arm: {role: round(fmean(each[role] for each in found), 5) for role in found[0]}
        for arm, found in trials.items()
    }
    shared = max(of_arm["shared"] for of_arm in used.values())
    return {
        "in_use_at_rest": IN_USE_AT_REST,
        "trials": {arm: len(found) for arm, found in trials.items()},
        "cpus_used": used,
        "quotas": {
            arm: {role: needed_cpus(cpus) for role, cpus in of_arm.items() if role != "shared"}
            for arm, of_arm in used.items()
        },
        "shared_cpus": needed_cpus(shared),
    }


def main() -> None:
    found = summary(measured(list(map(Path, sys.argv[1:]))))
    KEPT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(KEPT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
