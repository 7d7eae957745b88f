"""Probes: the trials of a search, where they lie and what each was to test.

The n-th probe of an arm in a block is ``block-01/<arm>/probe-03/`` with the files of a trial,
``probe-03.json`` with what it tests, written before it starts, and ``probe-03.parquet`` with its
arrivals.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from experiment.errors import InputError
from experiment.record import SCHEMA_VERSION, RunFolder, TrialFolder, read_json


class Probe(BaseModel):
    """One question of a search: whether the objective holds with this load and these resources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = SCHEMA_VERSION
    block: int
    """From 1."""
    arm: str
    number: int
    """From 1, over all searches of the arm in the block."""
    at: float
    """What the search holds fixed: CPUs for a capacity, journeys per second for a demand."""
    rung: int
    """Place of the searched value on the ladder of its search."""
    rate: float
    """Journeys per second."""
    cpus: float
    turn: int
    """How often this search has probed the same rung, this time included; each has arrivals of
    its own."""

    @property
    def place(self) -> tuple[int, str, int]:
        return self.block, self.arm, self.number


@dataclass(frozen=True)
class ProbeFiles:
    """Where one probe lies."""

    arm_folder: Path
    number: int

    @property
    def spec(self) -> Path:
        return self.arm_folder / f"probe-{self.number:02d}.json"

    @property
    def arrivals(self) -> Path:
        return self.arm_folder / f"probe-{self.number:02d}.parquet"

    @property
    def trial(self) -> TrialFolder:
        return TrialFolder(self.arm_folder / f"probe-{self.number:02d}")


def files_of(run: RunFolder, probe: Probe) -> ProbeFiles:
    return ProbeFiles(run.block(probe.block) / probe.arm, probe.number)


def probe_specs(run: RunFolder) -> Iterator[Path]:
    """The file of every probe that was begun, in no order."""
    return run.path.glob("block-*/*/probe-*.json")


def probe_in(run: RunFolder, spec: Path) -> Probe:
    """What a probe tests. Raises InputError when the file is broken or is that of another probe."""
    probe = read_json(spec, Probe)
    if files_of(run, probe).spec != spec:
        raise InputError(f"{spec} is of block {probe.block}, {probe.arm}, probe {probe.number}.")
    return probe


def read_probes(run: RunFolder) -> list[Probe]:
    """All probes that were begun, by block, arm and number; raises like ``probe_in``."""
    found = [probe_in(run, spec) for spec in probe_specs(run)]
    return sorted(found, key=lambda probe: probe.place)
