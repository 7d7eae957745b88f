"""Figures as files: the same bytes for the same run."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

from analysis.plots.plot import Plot, Run
from analysis.plots.style import STYLE
from experiment.record import write_whole

PNG_DPI = 110
PLACES = re.compile(rb'\b(?:d|x|y)="[^"]*"')
DIGITS = re.compile(rb"(\.\d\d)\d+")
"""A place in an SVG needs no more than hundredths of a point."""
RASTER_DPI = 100
"""Of what is too much for lines in an SVG, such as the cells of a heat map."""


def save(plot: Plot[Run], run: Run, folder: Path) -> tuple[Path, Path]:
    """Draw a figure and write it as SVG and PNG; returns both files."""
    svg, png = folder / f"{plot.name}.svg", folder / f"{plot.name}.png"
    with style.context(["default", STYLE]):
        figure = plot.draw(run)
        _lay_out(figure)
        write_whole(png, _png(figure))
        write_whole(svg, _svg(figure))
    return svg, png


def _lay_out(figure: Figure) -> None:
    """Find room for everything once; each kind of file would do it anew, a third of the time."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")


def _svg(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.set_dpi(RASTER_DPI)
    canvas: Any = FigureCanvasSVG(figure)  # its methods have no types
    canvas.print_svg(buffer, metadata={"Date": None, "Creator": "Twinstack"})
    return PLACES.sub(lambda places: DIGITS.sub(rb"\1", places[0]), buffer.getvalue())


def _png(figure: Figure) -> bytes:
    figure.set_dpi(PNG_DPI)
    canvas: Any = FigureCanvasAgg(figure)  # its methods have no types
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    buffer = io.BytesIO()
    # A palette of its own 256 colours cannot be told from the original, and is half the size.
    image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(buffer, "png")
    return buffer.getvalue()
