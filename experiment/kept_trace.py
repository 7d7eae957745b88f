"""The trace of a run, kept in its record: so that the record goes on wherever it is taken."""

import shutil
from pathlib import Path

from experiment.record import RunFolder
from experiment.scenario import Scenario
from experiment.shape import Trace
from experiment.trace import read_trace

FOLDER = Path("trace")


def keep_trace(scenario: Scenario, folder: RunFolder) -> Scenario:
    """Copy the trace of a scenario to ``trace/`` of a run, and name it relative to the run.

    A scenario that plays none is returned as it is. Raises InputError when the trace is not the
    one whose SHA-256 the scenario holds.
    """
    shape = scenario.load.shape
    if not isinstance(shape, Trace):
        return scenario
    read_trace(shape.file, shape.sha256)  # refuses any other
    kept = FOLDER / shape.file.name
    (folder.path / FOLDER).mkdir()
    shutil.copyfile(shape.file, folder.path / kept)
    return _with_trace_at(kept, scenario, shape)


def with_kept_trace(scenario: Scenario, folder: RunFolder) -> Scenario:
    """A scenario from the plan of a run, with its trace where the run lies now.

    Records of earlier code hold a whole path, which stays.
    """
    shape = scenario.load.shape
    if not isinstance(shape, Trace):
        return scenario
    return _with_trace_at(folder.path / shape.file, scenario, shape)


def _with_trace_at(file: Path, scenario: Scenario, shape: Trace) -> Scenario:
    moved = shape.model_copy(update={"file": file})
    load = scenario.load.model_copy(update={"shape": moved})
    return scenario.model_copy(update={"load": load})
