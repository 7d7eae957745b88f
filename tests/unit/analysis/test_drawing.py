"""Figures are drawn by children, in order, and what goes wrong there is told here."""

import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from analysis.plots.drawing import draw_side_by_side
from analysis.plots.plot import Plot


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
