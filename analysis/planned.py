"""When each request was planned, before anything was sent: by the schedule of its block."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from analysis.reading import read_rows
from experiment.errors import InputError
from experiment.rows import ARRIVALS

_NAMES = ("journey", "operation", "feature")
_PLANNED = pa.schema([ARRIVALS.field(name) for name in ("seq", "step", "intended_s", *_NAMES)])
_MOST_STEPS = 1 << 16
"""A step is an integer of 16 bits."""


def planned_s_of(rows: pd.DataFrame, arrivals: Path) -> NDArray[np.float64]:
    """When each row was planned, in seconds from the start of the load.

    It is the same in all arms of a block. ``intended_s`` of a row may be later: a step is due once
    the step before it has ended. InputError when the schedule is missing, lacks a row or has
    one twice, and when a row asks for something else than was planned.
    """
    schedule = read_rows(arrivals, _PLANNED)
    planned = pd.Index(_numbers(schedule))
    if not planned.is_unique:
        raise InputError(f"{arrivals} has a step of a journey twice; it is no schedule.")
    places = planned.get_indexer(pd.Index(_numbers(rows)))
    if (places < 0).any():
        raise InputError(f"{arrivals} lacks requests that were made; it belongs to another run.")
    for name in _NAMES:
        wanted = schedule[name].cat.set_categories(rows[name].cat.categories).cat.codes
        if (wanted.to_numpy()[places] != rows[name].cat.codes.to_numpy()).any():
            raise InputError(f"{arrivals} planned another {name} than a request that was made.")
    return schedule["intended_s"].to_numpy(np.float64)[places]


def _numbers(rows: pd.DataFrame) -> NDArray[np.int64]:
    """One for each step of each journey."""
    numbers: NDArray[np.int64] = _MOST_STEPS * rows["seq"].to_numpy(np.int64)
    numbers += rows["step"].to_numpy(np.int64)
    return numbers
