"""The summary of a run of searches: what its report says, as data."""

from pydantic import BaseModel, ConfigDict

from analysis.aa import AaOutcome, noise_of
from analysis.aa_wording import aa_verdict
from analysis.capacity.comparison import compare_limits
from analysis.capacity.run import SearchRun
from analysis.capacity.wording import beyond_range, finding
from analysis.comparison import Comparison, judged
from analysis.summary import Summary, facts_of, result_of
from analysis.verdict import Outcome
from analysis.wording import headline


class Found(BaseModel):
    """The limit of one arm in one block at one fixed value, in the unit of the search."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    block: int
    arm: str
    at: float
    holds: float | None
    fails: float | None
    unknown: str
    """Why there is no bracket with two ends."""
    probes: int


class SearchSummary(Summary):
    """``primary`` compares the geometric means of the brackets; ``secondary`` is empty."""

    limits: tuple[Found, ...]


def summarise_search(run: SearchRun) -> SearchSummary:
    """Judge the limits, and state every one of them."""
    compared = compare_limits(run)
    void = _why_void(run, compared)
    outcome, says = _verdict(run, compared, void)
    return SearchSummary(
        **facts_of(run),
        outcome=outcome,
        headline=says,
        finding=finding(run, compared) if run.blocks else "",
        void=void,
        primary=result_of(run, compared, judge=not void),
        secondary=(),
        noise=(noise_of(compared),) if run.plan.aa else (),
        limits=tuple(
            Found(
                block=found.block,
                arm=found.arm,
                at=found.at,
                holds=found.holds,
                fails=found.fails,
                unknown=found.unknown,
                probes=len(run.probes_of(found.block, found.arm, found.at)),
            )
            for found in run.limits
        ),
    )


def _verdict(
    run: SearchRun, compared: Comparison, void: str
) -> tuple[Outcome | AaOutcome | None, str]:
    """Outcome and headline."""
    if void:
        return None, f"No verdict: {void}"
    if compared.estimate is None:
        return "too little evidence", f"Too little evidence: {beyond_range(run)}."
    if run.plan.aa:
        return aa_verdict(run, compared, compared.estimate)
    verdict = judged(run, compared)
    return verdict.outcome, headline(compared, verdict)


def _why_void(run: SearchRun, compared: Comparison) -> str:
    planned = len(run.plan.order)
    if run.damaged:
        return f"the record is not whole, and searches were left out. First: {run.damaged[0]}"
    if run.cut_off:
        return f"the run ended early, after {len(run.blocks)} of {planned} blocks."
    if not run.blocks:
        return f"no block has a limit of both arms. First reason: {compared.unknown[0]}."
    return ""
