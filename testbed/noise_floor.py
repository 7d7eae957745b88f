"""Keeps the noise floors that an A/A run measured."""

from pathlib import Path

from analysis.aa import Noise
from analysis.summary import Summary
from analysis.verdict import FEWEST_BLOCKS
from analysis.wording import size
from experiment.metric import MetricName
from experiment.noise_floor import Floor, file_in, read
from experiment.record import Plan, write_whole


def remember(results: Path, plan: Plan, summary: Summary) -> tuple[Floor, ...]:
    """Keep the floors of an A/A run that is whole and long enough; returns them."""
    found = floors_of(plan, summary)
    if found:
        content = read(results).with_new(found).model_dump_json(indent=2)
        write_whole(file_in(results), content.encode() + b"\n")
    return found


def floors_of(plan: Plan, summary: Summary) -> tuple[Floor, ...]:
    """Floors by metric; a metric measured in several phases gets the largest of them."""
    if summary.void:
        return ()
    largest: dict[MetricName, Floor] = {}
    for noise in summary.noise:
        floor, known = _floor_of(plan, noise), largest.get(noise.metric)
        if floor is not None and (known is None or floor.floor > known.floor):
            largest[floor.metric] = floor
    return tuple(largest.values())


def _floor_of(plan: Plan, noise: Noise) -> Floor | None:
    if noise.floor is None or noise.blocks < FEWEST_BLOCKS:
        return None
    return Floor(
        machine=plan.machine.fingerprint,
        platform=plan.platform,
        architecture=plan.scenario.arms[0].architecture,
        metric=noise.metric,
        floor=noise.floor,
        run_id=plan.run_id,
        scenario=plan.scenario.name,
        profile=plan.profile,
        blocks=noise.blocks,
        at=plan.started_at,
        commit=plan.commit,
    )


def words(floor: Floor) -> str:
    return f"{floor.metric} of {floor.architecture}, {size(floor.metric, floor.floor)}"
