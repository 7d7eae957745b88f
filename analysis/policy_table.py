"""The table of what resilience policies did."""

from dataclasses import replace

from analysis.measured import MeasuredRun
from analysis.policy_counts import are_counted, counted
from analysis.resources import store_roles
from analysis.tables import Row
from analysis.wording import NOTHING
from experiment.rows import POLICY_COUNTERS

Counts = dict[str, float]
"""By the counter's name."""

COLUMNS = (
    "calls", "sent per call", "rejected", "circuit opened", "late", "left out", "stale", "shed",
)  # fmt: skip
CAPTION = (
    "By phase, arm and role, over all blocks. Calls: what the role wanted from other services or "
    "the payment provider. Sent per call: requests for them, more than 1 where calls are repeated, "
    "fewer where they are rejected by the role's own circuit breaker or bulkhead. Late: requests "
    "not begun, calls not made or not answered within their deadline. Left out, stale: parts of "
    "answers. Shed: requests that the edge refused on behalf of the role."
)


def policy_rows(run: MeasuredRun) -> list[Row]:
    """A row for each role of each arm in each phase that had something to count; none if none."""
    rows = []
    for phase in run.shown_phases:
        of_phase = [
            Row(f"{arm}: {role}", _cells(totals))
            for arm in run.arms
            for role, totals in _totals(run, arm, phase).items()
        ]
        rows += [replace(row, group="" if n else phase) for n, row in enumerate(of_phase)]
    return rows


def _totals(run: MeasuredRun, arm: str, phase: str) -> dict[str, Counts]:
    trials = [trial for trial in run.of(arm) if are_counted(trial.samples)]
    found = {
        role: {
            counter: sum(
                counted(trial.samples, counter, role, *trial.windows_of(phase)) for trial in trials
            )
            for counter in POLICY_COUNTERS
        }
        for role in sorted({role for trial in trials for role in store_roles(trial.samples)})
    }
    return {role: counts for role, counts in found.items() if any(map(round, counts.values()))}


def _cells(counts: Counts) -> tuple[str, ...]:
    calls, attempts, *rest = (counts[name] for name in POLICY_COUNTERS)
    per_call = f"{attempts / calls:.2f}" if calls else NOTHING
    return f"{calls:,.0f}", per_call, *(f"{count:,.0f}" for count in rest)
