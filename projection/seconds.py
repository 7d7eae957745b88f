"""What happened in each second of a load: requests by operation, and the growth of a counter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.cells import Floats
from analysis.resources import grown
from projection.observed import Load


@dataclass(frozen=True)
class Seconds:
    """One row per stretch between two samples."""

    matrix: Floats
    """Its length in seconds, then the number of requests of each operation."""
    grown: Floats
    """How much the counter grew in it."""


def counts_by_second(load: Load, operations: Sequence[str], role: str, column: str) -> Seconds:
    """The stretches within a load; a request counts where the middle of it lies."""
    samples, rows = load.trial.samples, load.requests
    ticks = np.unique(samples["t_s"].to_numpy(np.float64))
    ticks = ticks[(ticks >= load.window[0]) & (ticks <= load.window[1])]
    middle = (rows["sent_s"] + rows["ended_s"]).to_numpy(np.float64) / 2
    of = rows["operation"].to_numpy()
    counts = [np.histogram(middle[of == name], bins=ticks)[0] for name in operations]
    matrix = np.column_stack([np.diff(ticks), *counts])
    return Seconds(matrix, np.diff(grown(samples, role, column, ticks)))
