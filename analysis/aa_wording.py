"""A/A runs in words: two copies of the same store, never the claim."""

from analysis.aa import AaOutcome, FalseVerdicts, Noise, floor_of, outcome_of
from analysis.comparison import Comparison
from analysis.measured import MeasuredRun
from analysis.statistics import Estimate
from analysis.tables import Row
from analysis.wording import finding, margin_words, percent, size

NOTE = (
    "Noise floor: the largest difference between the copies that this run cannot rule out; on this "
    "machine, smaller effects cannot be told from noise. False verdicts: runs of ten are drawn "
    "2,000 times from the A/A blocks, each block's effect gets a random sign (which copy is called "
    "a is arbitrary), and each drawn run is judged. By rule: how often the verdict, margin "
    "included, is a difference. By interval: how often the 95 % interval leaves out zero; 5 % is "
    "what it promises. A lasting bias towards one copy would not show there, but in the effect."
)


def aa_verdict(run: MeasuredRun, found: Comparison, estimate: Estimate) -> tuple[AaOutcome, str]:
    """What two copies seemed to be, and that in one sentence."""
    margin = found.margins()[1]
    outcome = outcome_of(estimate, margin)
    copies, words = f"two copies of {copied(run)}", margin_words(found.metric)
    if outcome == "false alarm":
        return outcome, f"False alarm: {copies} seem to differ by more than the margin of {words}."
    if outcome == "unknown":
        return outcome, f"Nothing learnt: there is no interval to tell {copies} apart by."
    if outcome == "alike":
        return outcome, f"As it should be: {copies} differ by no more than the margin of {words}."
    return outcome, (
        f"As it should be: no difference between {copies} is shown. It takes more blocks to rule "
        f"out one beyond the margin of {words}."
    )


def aa_finding(run: MeasuredRun, found: Comparison) -> str:
    """What was found, and the noise floor that follows from it."""
    floor = floor_of(found.estimate)
    tail = "" if floor is None else f" Noise floor: {size(found.metric.metric, floor)}."
    return f"{finding(run, found)}{tail}"


def copied(run: MeasuredRun) -> str:
    """Name of the arm that was copied."""
    return run.reference.name.removesuffix("-a")


def noise_rows(noise: tuple[Noise, ...]) -> list[Row]:
    """Per metric: verdict, spread between blocks, noise floor, both shares of false verdicts."""
    return [Row(one.says, _cells(one), strong=not index) for index, one in enumerate(noise)]


def _cells(one: Noise) -> tuple[str, ...]:
    spread, floor = size(one.metric, one.spread), size(one.metric, one.floor)
    return one.outcome, spread, floor, *_shares(one.false_verdicts)


def _shares(found: FalseVerdicts | None) -> tuple[str, str]:
    if found is None:
        return "too few blocks", "too few blocks"
    return percent(found.by_rule), percent(found.by_interval)
