"""The record of a run: where its files lie and what its JSON files hold.

``results/<scenario>/<start>-<id>/`` holds ``plan.json``, ``journal.jsonl``, per block
``block-01/arrivals.parquet``, per trial ``block-01/<arm>/`` with ``run.json``,
``requests.parquet``, ``samples.parquet``, ``events.jsonl``, ``audit.json`` and, on demand,
``limbo.parquet`` and ``footprint.json``, and ``report/``, which is derived from the rest and can be
rebuilt. The second attempt of a trial lies in ``block-01/<arm>~2/``, and so on. Where the load is
that of a trace, ``trace/`` holds it. Where the report counts with somebody's own prices,
``prices.toml`` holds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from experiment.errors import InputError
from experiment.load_worker import LoadWorker, RemoteLoad
from experiment.machine import Machine
from experiment.matrix import Turn
from experiment.metric import MetricName
from experiment.output import replacing
from experiment.part import Profile
from experiment.phase import PlannedPhase
from experiment.scenario import Scenario
from experiment.store import Architecture, Arm

SCHEMA_VERSION: Literal[1] = 1

FIRST_LOOK = 6
"""Fewest blocks after which a run may stop: fewer know their spread too poorly."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = SCHEMA_VERSION


class Stopping(BaseModel):
    """The declared rule by which a run may stop before its last block."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    looks: Annotated[tuple[int, ...], Field(min_length=1)]
    """Numbers of blocks at which the verdict is looked at; the last is the planned number."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.looks[0] < FIRST_LOOK or any(b <= a for a, b in pairwise(self.looks)):
            raise ValueError(f"looks must rise, from {FIRST_LOOK} blocks or more")
        return self


class Plan(_Record):
    """What was planned, written before anything starts."""

    run_id: str
    scenario: Scenario
    profile: Profile
    seed: int
    order: tuple[tuple[str, ...], ...]
    """Per block the arms in the order in which they run, drawn from the seed."""
    turns: tuple[tuple[Turn, ...], ...] = ()
    """Per block the stretches of the matrix, in the order drawn from the seed; empty without."""
    machine: Machine
    versions: dict[str, str]
    """Packages, PostgreSQL, Envoy."""
    commit: str
    """Commit of the code, with ``-dirty`` when files had changed; "unknown" without git."""
    factors: dict[str, str]
    """Everything that could favour one side and is declared: threads, pools, timeouts, routes."""
    started_at: str
    """RFC 3339, UTC."""
    aa: bool = False
    """Whether both arms are copies of one: what differs then is noise."""
    noise_floor: Mapping[MetricName, float] = {}
    """Per metric the largest effect between identical arms that the A/A runs on this machine could
    not rule out, on the scale of effects (log ratio, or difference of shares)."""
    noise_floor_from: tuple[str, ...] = ()
    """The A/A runs behind ``noise_floor``, one sentence part each."""
    hashes: Mapping[str, str] = {}
    """SHA-256 of the sources, of the lock files and of the sample data."""
    checkout_lines: Mapping[Architecture, Mapping[str, int]] = {}
    """Lines of code that make a checkout and its guarantees, by part; counted from the sources."""
    stopping: Stopping | None = None
    """None: the run has all its blocks, whatever they show."""
    remote_load: RemoteLoad | None = None
    """None: the load comes from processes of this machine."""
    platform: str = "local"
    """Where the stores ran; records of old do not tell, and theirs ran on ``local``."""

    def timetable(self, block: int) -> tuple[PlannedPhase, ...]:
        """The phases of each trial of a block, in their times."""
        turns = self.turns[block - 1] if self.turns else ()
        return self.scenario.timetable(self.profile, turns)

    def arm(self, name: str) -> Arm:
        """Raises StopIteration when no arm has that name."""
        return next(arm for arm in self.scenario.arms if arm.name == name)

    @property
    def is_of_a_commit(self) -> bool:
        """Whether ``commit`` names the code: no file had changed, and there was a commit."""
        return self.commit != "unknown" and not self.commit.endswith("-dirty")


class Gate(BaseModel):
    """One condition without which a trial is void."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    passed: bool
    says: str
    """What was measured and what the limit was, in one sentence."""


class TrialRecord(_Record):
    """What became of one arm in one block."""

    block: int
    """From 1."""
    arm: str
    status: Literal["complete", "void", "failed", "cut-off"]
    reason: str
    """Why it is not complete, one sentence; empty when it is."""
    t0_unix: float | None
    """Start of the load; None when it never started."""
    start_s: float | None
    """Seconds from the first process to a store that serves, data loaded before."""
    gates: tuple[Gate, ...]
    limits: dict[str, str]
    """CPU and memory limits in force, or why there are none."""
    steal_share: float | None = None
    """CPU time under load that a hypervisor gave to others; None when it was not recorded."""
    attempt: int = 1
    """From 1; a trial that was void or interrupted is repeated."""
    is_repeated: bool = False
    """Whether a void trial gets another attempt."""
    load_workers: tuple[LoadWorker, ...] = ()
    """Empty where one process sent the whole load."""
    hashes: Mapping[str, str] = {}
    """SHA-256 of each file that the trial left or was given, by path from its folder; empty in
    records of old."""

    @property
    def title(self) -> str:
        again = f", attempt {self.attempt}" if self.attempt > 1 else ""
        return f"block {self.block}, {self.arm}{again}"


@dataclass(frozen=True)
class TrialFolder:
    path: Path

    @property
    def run(self) -> Path:
        return self.path / "run.json"

    @property
    def requests(self) -> Path:
        return self.path / "requests.parquet"

    @property
    def samples(self) -> Path:
        return self.path / "samples.parquet"

    @property
    def limbo(self) -> Path:
        """There only where the scenario asks for it."""
        return self.path / "limbo.parquet"

    @property
    def footprint(self) -> Path:
        """There only where the scenario asks for it."""
        return self.path / "footprint.json"

    @property
    def events(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def audit(self) -> Path:
        return self.path / "audit.json"


@dataclass(frozen=True)
class RunFolder:
    path: Path

    @property
    def plan(self) -> Path:
        return self.path / "plan.json"

    @property
    def journal(self) -> Path:
        return self.path / "journal.jsonl"

    @property
    def results(self) -> Path:
        """The folder of all runs, which hold one folder for each scenario."""
        return self.path.absolute().parent.parent

    @property
    def prices(self) -> Path:
        """There only where somebody gave prices of their own for the report."""
        return self.path / "prices.toml"

    @property
    def report(self) -> Path:
        return self.path / "report"

    def block(self, block: int) -> Path:
        return self.path / f"block-{block:02d}"

    def arrivals(self, block: int) -> Path:
        return self.block(block) / "arrivals.parquet"

    def trial(self, block: int, arm: str, attempt: int = 1) -> TrialFolder:
        again = f"~{attempt}" if attempt > 1 else ""
        return TrialFolder(self.block(block) / f"{arm}{again}")

    def files_of(self, record: TrialRecord) -> TrialFolder:
        return self.trial(record.block, record.arm, record.attempt)

    def attempts(self, block: int, arm: str) -> int:
        """How many attempts of a trial have begun, whatever became of them."""
        return next(n for n in count() if not self.trial(block, arm, n + 1).path.exists())

    def read_plan(self) -> Plan:
        return read_json(self.plan, Plan)

    def trials(self) -> list[TrialRecord]:
        """Records of all attempts that left one, by block, arm and attempt."""
        files = self.path.glob("block-*/*/run.json")
        records = (read_json(file, TrialRecord) for file in files)
        return sorted(records, key=lambda record: (record.block, record.arm, record.attempt))


Model = TypeVar("Model", bound=BaseModel)


def read_json(file: Path, model: type[Model]) -> Model:
    """Read one record file; InputError names the file when it is missing or broken."""
    try:
        return model.model_validate_json(file.read_bytes())
    except FileNotFoundError as error:
        raise InputError(f"{file} is missing; this is not a whole run record.") from error
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("schema_version",) and _is_newer(first["input"]):
            raise InputError(
                f"{file} was written by a newer version of Twinstack (schema {first['input']}; "
                f"this one reads {SCHEMA_VERSION})."
            ) from error
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{file} is not a valid record: {where} {first['msg']}.") from error


def _is_newer(version: object) -> bool:
    return isinstance(version, int) and version > SCHEMA_VERSION


def write_json(file: Path, record: BaseModel) -> None:
    """Write a record as a whole or not at all."""
    write_whole(file, as_json(record))


def as_json(record: BaseModel) -> bytes:
    """The content of a record's file."""
    return record.model_dump_json(indent=2).encode() + b"\n"


def write_whole(file: Path, content: bytes) -> None:
    """Replace ``file`` in one step, so that a reader never sees half of it.

    A link is followed. Raises InputError where something else than a regular file is in its place.
    """
    with replacing(file) as part:
        part.write_bytes(content)
