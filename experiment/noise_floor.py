"""Noise floors: what equal arms seemed to differ by, kept beside the runs that they are for.

Every whole A/A run leaves its floors in ``noise-floor.json`` of its results folder. A run of the
same machine and platform in that folder is judged by them, also when they were measured after it.
"""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from experiment.errors import InputError
from experiment.metric import MetricName
from experiment.part import Profile
from experiment.scenario import Scenario
from experiment.store import Architecture


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
    def key(self) -> tuple[str, str, str, str, str]:
        return self.machine, self.platform, self.architecture, self.metric, self.scenario

    def __str__(self) -> str:
        return (
            f"{self.architecture} on platform {self.platform} in {self.scenario}, profile "
            f"{self.profile}, run {self.run_id}, {self.blocks} blocks, commit {self.commit}"
        )


class Floors(BaseModel):
    """The file: by machine, platform, architecture, metric and scenario the latest floor."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int = 1
    floors: tuple[Floor, ...] = ()

    def with_new(self, new: Iterable[Floor]) -> "Floors":
        latest = {floor.key: floor for floor in (*self.floors, *new)}
        return Floors(floors=tuple(latest[key] for key in sorted(latest)))

    def of(self, machine: str, platform: str, scenario: Scenario) -> dict[MetricName, Floor]:
        """By metric the floor of a run of ``scenario``; none where one of its stores has none.

        Of a store, the floor under the load of the scenario itself; where nobody measured that,
        the largest under any other. Of two stores the larger one: a comparison has the noise of
        both.
        """
        here = (machine, platform)
        known = [floor for floor in self.floors if (floor.machine, floor.platform) == here]
        stores = {arm.architecture for arm in scenario.arms}
        found: dict[MetricName, Floor] = {}
        for metric in sorted({floor.metric for floor in known}):
            each = [_nearest(known, metric, store, scenario.name) for store in stores]
            measured = [floor for floor in each if floor is not None]
            if len(measured) == len(stores):
                found[metric] = max(measured, key=lambda floor: floor.floor)
        return found


def _nearest(
    floors: list[Floor], metric: MetricName, store: Architecture, scenario: str
) -> Floor | None:
    of_store = [floor for floor in floors if (floor.metric, floor.architecture) == (metric, store)]
    same_load = [floor for floor in of_store if floor.scenario == scenario]
    return max(same_load or of_store, key=lambda floor: floor.floor, default=None)


def file_in(results: Path) -> Path:
    return results / "noise-floor.json"


def read(results: Path) -> Floors:
    """All floors; none when there is no file. InputError when the file is broken."""
    file = file_in(results)
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
