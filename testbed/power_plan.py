"""``twinstack plan``: how many blocks and minutes an effect takes, judged by a pilot run."""

from pathlib import Path

from analysis.pilot import Need, Pilot, needs, pilot_of
from analysis.power import MOST_BLOCKS, spread_interval
from analysis.verdict import FEWEST_BLOCKS
from analysis.wording import margin_words, size
from experiment.errors import InputError
from experiment.metric import Metric
from experiment.part import Profile
from experiment.record import RunFolder
from experiment.scenario import Scenario
from testbed.terminal import Terminal

REFERENCE = Path("results/reference")
"""Runs that come with the project."""
HEAD = (
    "True effect",
    "80 % power",
    "minutes",
    "90 % power",
    "minutes",
    "80 %, spread at upper end",
)


def plan_by_pilot(
    console: Terminal, scenario: Scenario, profile: Profile, results: Path, run: Path | None
) -> None:
    """Print the table. Raises InputError when no run can serve as a pilot."""
    folder = RunFolder(run) if run else newest_pilot(scenario, results)
    pilot = pilot_of(folder, scenario)
    trial_s = scenario.duration_s(profile) + pilot.overhead_s
    block_min = trial_s * len(scenario.arms) / 60
    for sentence in _basis(pilot, folder):
        console.say(sentence)
    console.show([_row(pilot.metric, need, block_min) for need in needs(pilot)], head=HEAD)
    for remark in _remarks(pilot, profile):
        console.say(remark)


def newest_pilot(scenario: Scenario, results: Path) -> RunFolder:
    """The newest run of the scenario in which two blocks are complete, else a reference run."""
    for place in (results, REFERENCE):
        runs = sorted((place / scenario.name).glob("*/plan.json"), reverse=True)
        for folder in (RunFolder(file.parent) for file in runs):
            if _serves(folder):
                return folder
    raise InputError(
        f"There is no run of {scenario.name} to judge by; make one with "
        f"`twinstack run {scenario.name} --profile full --blocks 4`."
    )


def _serves(folder: RunFolder) -> bool:
    plan = folder.read_plan()
    complete = {(r.block, r.arm) for r in folder.trials() if r.status == "complete"}
    whole = [
        block
        for block, arms in enumerate(plan.order, start=1)
        if all((block, arm) in complete for arm in arms)
    ]
    return len(whole) > 1 and not plan.aa


def _basis(pilot: Pilot, folder: RunFolder) -> tuple[str, str]:
    metric = pilot.metric.metric
    low, high = (size(metric, end) for end in spread_interval(pilot.spread, pilot.blocks))
    spread = (
        f"Spread between blocks {size(metric, pilot.spread)}; "
        f"{pilot.blocks} blocks know it only as {low} to {high}."
    )
    return f"Pilot {folder.path} ({pilot.blocks} blocks): {pilot.metric.says}", spread


def _row(metric: Metric, need: Need, block_min: float) -> list[str]:
    margin = " (margin)" if need.effect == metric.margin else ""
    cells = [f"{margin_words(metric.model_copy(update={'margin': need.effect}))}{margin}"]
    for blocks in need.blocks:
        cells += [_count(blocks), _count(None if blocks is None else round(blocks * block_min))]
    return [*cells, _count(need.if_spread_is_high)]


def _count(number: int | None) -> str:
    return "\N{EN DASH}" if number is None else f"{number:,}"


def _remarks(pilot: Pilot, profile: Profile) -> list[str]:
    power = (
        "In blocks. Power is the chance that the whole 95 % interval lies beyond the margin of "
        f"{margin_words(pilot.metric)}, or, of a smaller effect, within it. A verdict takes "
        f"{FEWEST_BLOCKS} blocks at least, and a noise floor (`twinstack run NAME --aa ARM`)."
    )
    none = (
        f"\N{EN DASH}: more than {MOST_BLOCKS:,} blocks; an effect at the margin takes any number."
    )
    remarks = [power, none]
    if pilot.profile != profile:
        remarks.append(
            f"The pilot ran with profile {pilot.profile}; with {profile}, the spread may differ."
        )
    return remarks
