"""Figures are drawn by children, in order, and what goes wrong there is told here."""

import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from analysis.plots.drawing import draw_side_by_side
from analysis.plots.plot import Plot
from testbed import procfs


def _figure(run: Any) -> Figure:
    figure = Figure(figsize=(1, 1))
    figure.subplots().set_title(run)
    return figure


def _broken(_run: Any) -> Figure:
    raise ZeroDivisionError("no data")


def _plot(name: str, draw: Any = _figure) -> Plot[Any]:
    return Plot(name, name, draw, str)


def test_every_figure_is_saved_and_told_in_order(tmp_path: Path) -> None:
    files = draw_side_by_side([_plot("a"), _plot("b"), _plot("c")], "run", tmp_path)
    assert [(svg.name, png.name) for svg, png in files] == [
        (f"{name}.svg", f"{name}.png") for name in "abc"
    ]
    assert all(file.stat().st_size for both in files for file in both)


def test_what_a_figure_raises_is_raised_and_no_child_is_left(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError, match="no data"):
        draw_side_by_side([_plot("a", _broken), _plot("b")], "run", tmp_path)
    assert not multiprocessing.active_children()


DRAW_FOR_LONG = """
import os, pathlib, sys, time
from analysis.plots.drawing import draw_side_by_side
from analysis.plots.plot import Plot

def draw(run):
    pathlib.Path(sys.argv[1], str(os.getpid())).touch()
    time.sleep(60)

draw_side_by_side([Plot("a", "a", draw, str)], "run", pathlib.Path())
"""


def test_children_end_with_their_parent_however_it_ends(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", DRAW_FOR_LONG, tmp_path])
    drawing = _soon(lambda: [int(file.name) for file in tmp_path.iterdir()])
    parent.kill()
    parent.wait()
    assert drawing
    assert _soon(lambda: not any(map(_runs, drawing)))


def _runs(pid: int) -> bool:
    stat = procfs.read_stat(pid)
    return stat is not None and not stat.is_dead


def _soon(find: Callable[[], Any], within_s: float = 20.0) -> Any:
    deadline = time.monotonic() + within_s
    while not (found := find()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found
