"""Draws the figures of a run, two at a time."""

import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from analysis.plots.plot import Plot, Run
from analysis.plots.saving import save

AT_ONCE = 2
"""Figures take half of the time of a report. More processes would need more memory."""

_drawn: list[Any] = []
"""In a child: the run that it draws."""


def draw_side_by_side(
    plots: Sequence[Plot[Run]], run: Run, folder: Path
) -> list[tuple[Path, Path]]:
    """SVG and PNG of every figure, in ``folder``; what a figure raises is raised here.

    The children are forked, so that they find the run in memory, where it is read already.
    """
    pool = ProcessPoolExecutor(
        AT_ONCE, get_context("fork"), initializer=_drawn.append, initargs=(run,)
    )
    with pool, warnings.catch_warnings():
        # Python warns of locks that threads hold while a process forks. The threads here belong
        # to Arrow and to BLAS; the children read no files with Arrow, and BLAS takes care itself.
        warnings.simplefilter("ignore", DeprecationWarning)
        files = [pool.submit(_draw, plot, folder) for plot in plots]
        return [each.result() for each in files]


def _draw(plot: Plot[Any], folder: Path) -> tuple[Path, Path]:
    return save(plot, _drawn[-1], folder)
