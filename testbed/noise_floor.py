"""The noise floor of a machine: what identical arms seemed to differ by, kept between runs.

Every whole A/A run leaves its floors in a file in the user's state folder; later runs of the same
machine and platform carry them in their plans. Floors hold for the load under which they were
measured.
"""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from analysis.aa import Noise
from analysis.summary import Summary
from analysis.wording import size
from experiment.errors import InputError
from experiment.metric import MetricName
from experiment.part import Profile
from experiment.record import Plan, write_whole
from experiment.store import Architecture
from testbed.janitor import make_state_folder

FEWEST_BLOCKS = 10
"""A/A runs of fewer blocks know their own spread too poorly to set a floor."""


class Floor(BaseModel):
    """The largest effect between identical arms that one A/A run could not rule out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    machine: str
    """``Machine.fingerprint``."""
    platform: str = "local"
    architecture: Architecture
    metric: MetricName
    floor: float
    """On the scale of effects: log ratio, or difference of shares."""
    run_id: str
    scenario: str
    profile: Profile
    blocks: int
    at: str
    """Start of the run, RFC 3339."""
    commit: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.machine, self.platform, self.architecture, self.metric


class Floors(BaseModel):
    """The file: of each machine, platform, architecture and metric the latest floor."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int = 1
    floors: tuple[Floor, ...] = ()

    def with_new(self, new: Iterable[Floor]) -> "Floors":
        latest = {floor.key: floor for floor in (*self.floors, *new)}
        return Floors(floors=tuple(latest[key] for key in sorted(latest)))

    def of(self, machine: str, platform: str) -> list[Floor]:
        here = (machine, platform)
        return [floor for floor in self.floors if (floor.machine, floor.platform) == here]


def file_in(state: Path) -> Path:
    return state / "noise-floor.json"


def read(state: Path) -> Floors:
    """All floors; none when there is no file. InputError when the file is broken."""
    file = file_in(state)
    try:
        return Floors.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return Floors()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise InputError(
            f"{file} is not a valid record of noise floors; remove it, and make the A/A runs again."
        ) from error


def remember(state: Path, plan: Plan, summary: Summary) -> tuple[Floor, ...]:
    """Keep the floors of an A/A run that is whole and long enough; returns them."""
    found = floors_of(plan, summary)
    if found:
        make_state_folder(state)
        content = read(state).with_new(found).model_dump_json(indent=2)
        write_whole(file_in(state), content.encode() + b"\n")
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


def by_metric(floors: Iterable[Floor]) -> dict[MetricName, float]:
    """Per metric the largest floor of any architecture: a comparison has the noise of both."""
    largest: dict[MetricName, float] = {}
    for floor in floors:
        largest[floor.metric] = max(floor.floor, largest.get(floor.metric, 0.0))
    return largest


def sources(floors: Iterable[Floor]) -> tuple[str, ...]:
    """The A/A runs behind the floors, one sentence part each."""
    said = {
        f"{floor.architecture} on platform {floor.platform} in {floor.scenario}, profile "
        f"{floor.profile}, run {floor.run_id}, {floor.blocks} blocks, commit {floor.commit}"
        for floor in floors
    }
    return tuple(sorted(said))
