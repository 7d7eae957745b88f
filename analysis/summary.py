"""The summary of a run: what the report says, as data."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from analysis.aa import AaOutcome, Noise, noise_of
from analysis.aa_wording import aa_finding, aa_verdict
from analysis.comparison import Comparison, compare, judged
from analysis.measured import MeasuredRun
from analysis.verdict import Lack, Outcome
from analysis.wording import finding, ground, headline
from experiment.metric import Metric


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BlockValues(_Part):
    """A metric in one block, in the unit of its name (a share lies between 0 and 1)."""

    block: int
    reference: float
    treatment: float
    effect: float


class Judgement(_Part):
    """The verdict on one metric."""

    outcome: Outcome
    why: str
    """Its ground, as a part of a sentence."""
    lacks: tuple[Lack, ...]
    """What a verdict would have needed; empty unless there is too little evidence."""
    new_run_of: int | None
    """Blocks of a new run that would decide it; None when blocks are not what is lacking."""


class Result(_Part):
    """One metric over all complete blocks.

    Effects are logs of treatment / reference, or treatment - reference where ``scale`` says
    difference.
    """

    metric: Metric
    scale: Literal["difference", "ratio"]
    blocks: tuple[BlockValues, ...]
    effect: float | None
    interval: tuple[float, float] | None
    """95 %, of all looks and verdicts of the run together."""
    prediction: tuple[float, float] | None
    """Where the effect of another session is expected; None unless several were measured."""
    p: float | None
    """Of the exact test that flips the signs of the blocks, two-sided, of this metric alone."""
    noise_floor: float | None
    """What equal arms differ by, on the scale of effects; None where nobody measured it."""
    verdict: Judgement | None
    """None for what is only described, and in a run without verdicts."""
    unknown: tuple[str, ...]
    """Blocks that could not tell the metric, with the reason."""


class Summary(_Part):
    schema_version: Literal[2] = 2
    run_id: str
    scenario: str
    question: str
    claims: tuple[str, ...]
    profile: str
    reference: str
    """Name of the arm that the treatment is compared with, in the primary metric."""
    treatment: str
    outcome: Outcome | AaOutcome | None
    """None when the run carries no verdict: ``void`` says why."""
    headline: str
    """The verdict, or why there is none, in one sentence."""
    finding: str
    """What the verdict rests on; empty without a verdict."""
    void: str
    """Why the run carries no verdict; empty when it carries one."""
    blocks_planned: int
    blocks_complete: int
    void_trials: tuple[str, ...]
    """Attempts at trials that did not count, each with its reason."""
    damaged: tuple[str, ...] = ()
    """Trials whose files are missing or not whole, each with what is wrong."""
    primary: Result
    judged: tuple[Result, ...] = ()
    """Further metrics with a verdict each."""
    secondary: tuple[Result, ...]
    noise: tuple[Noise, ...] = ()
    """Of an A/A run: per metric, the primary first."""

    @property
    def verdict(self) -> str:
        """Headline and finding together."""
        return f"{self.headline} {self.finding}".strip()


def summarise(run: MeasuredRun) -> Summary:
    """Judge the primary metric and state the others."""
    primary = compare(run, run.scenario.primary)
    others = [compare(run, metric) for metric in run.scenario.judged]
    secondary = [compare(run, metric) for metric in run.scenario.secondary]
    void = why_void(run, primary)
    outcome, says, found = _verdict(run, primary, void)
    return Summary(
        **facts_of(run),
        outcome=outcome,
        headline=says,
        finding=found,
        void=void,
        primary=result_of(run, primary, judge=not void),
        judged=tuple(result_of(run, found, judge=not void) for found in others),
        secondary=tuple(result_of(run, found) for found in secondary),
        noise=tuple(map(noise_of, (primary, *secondary))) if run.plan.aa else (),
    )


def facts_of(run: MeasuredRun) -> dict[str, Any]:
    """Members of a summary that are the same whatever was measured, and however it is judged."""
    return {
        "run_id": run.plan.run_id,
        "scenario": run.scenario.name,
        "question": run.scenario.question,
        "claims": run.scenario.claims,
        "profile": run.plan.profile,
        "reference": run.reference.name,
        "treatment": run.treatment.name,
        "blocks_planned": len(run.plan.order),
        "blocks_complete": len(run.blocks),
        "void_trials": void_trials(run),
        "damaged": tuple(map(str, run.damaged)),
    }


def result_of(run: MeasuredRun, comparison: Comparison, *, judge: bool = False) -> Result:
    """``judge`` asks for a verdict, which no copies and no void run get."""
    estimate = comparison.estimate
    return Result(
        metric=comparison.metric,
        scale=comparison.metric.scale,
        blocks=tuple(
            BlockValues(
                block=pair.block,
                reference=pair.reference.value,
                treatment=pair.treatment.value,
                effect=effect,
            )
            for pair, effect in zip(comparison.pairs, comparison.effects, strict=True)
        ),
        effect=estimate.value if estimate else None,
        interval=estimate.interval if estimate else None,
        prediction=estimate.prediction if estimate else None,
        p=estimate.p if estimate else None,
        noise_floor=comparison.floor,
        verdict=_judgement(run, comparison) if judge and estimate and not run.plan.aa else None,
        unknown=comparison.unknown,
    )


def _judgement(run: MeasuredRun, comparison: Comparison) -> Judgement:
    verdict = judged(run, comparison)
    return Judgement(
        outcome=verdict.outcome,
        why=ground(comparison, verdict),
        lacks=verdict.lacks,
        new_run_of=verdict.new_run_of,
    )


def void_trials(run: MeasuredRun) -> tuple[str, ...]:
    return tuple(
        f"{record.title}: {record.status}, {record.reason or 'but its block was repeated'}"
        for record in run.left_out
    )


def _verdict(
    run: MeasuredRun, primary: Comparison, void: str
) -> tuple[Outcome | AaOutcome | None, str, str]:
    """Outcome, headline and finding."""
    if void or primary.estimate is None:
        return None, f"No verdict: {void}", ""
    if run.plan.aa:
        return *aa_verdict(run, primary, primary.estimate), aa_finding(run, primary)
    verdict = judged(run, primary)
    return verdict.outcome, headline(primary, verdict), finding(run, primary)


def why_void(run: MeasuredRun, primary: Comparison) -> str:
    """Why a run carries no verdict; empty when it carries one."""
    planned = len(run.plan.order)
    if run.damaged:
        return f"the record is not whole, and blocks were left out. First: {run.damaged[0]}"
    if run.cut_off:
        return f"the run ended early, after {len(run.blocks)} of {planned} blocks.{_reasons(run)}"
    if not run.blocks:
        trials = "two valid trials" if run.is_pair else "a valid trial of every arm"
        return f"no block has {trials}.{_reasons(run)}"
    if primary.estimate is None:
        return f"the metric could not be told: {primary.unknown[0]}."
    return ""


def _reasons(run: MeasuredRun) -> str:
    reasons = void_trials(run)
    return f" First reason: {reasons[0]}." if reasons else ""
