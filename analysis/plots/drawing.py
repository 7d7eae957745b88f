"""Draws the figures of a run, two at a time."""

import multiprocessing
import os
import threading
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
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
    forking = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(AT_ONCE, forking, initializer=_begin, initargs=(run,))
    with pool, warnings.catch_warnings():
        # Python warns of locks that threads hold while a process forks. The threads here belong
        # to Arrow and to BLAS; the children read no files with Arrow, and BLAS takes care itself.
        warnings.simplefilter("ignore", DeprecationWarning)
        files = [pool.submit(_draw, plot, folder) for plot in plots]
        return [each.result() for each in files]


def _begin(run: Any) -> None:
    _drawn.append(run)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A child whose parent was killed would wait for its next figure for ever.

    It would also keep what it inherited: the lock of the run, and the pipe whose closing tells
    whoever cleans up that the parent is gone.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - this runs in children only
    parent.join()
    os._exit(1)


def _draw(plot: Plot[Any], folder: Path) -> tuple[Path, Path]:
    return save(plot, _drawn[-1], folder)
