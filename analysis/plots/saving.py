"""Figures as files: the same bytes for the same run."""

import io
from pathlib import Path

from matplotlib import style
from matplotlib.figure import Figure

from analysis.measured import MeasuredRun
from analysis.plots.plot import Plot
from analysis.plots.style import STYLE
from experiment.record import write_whole

PNG_DPI = 130


def save(plot: Plot, run: MeasuredRun, folder: Path) -> tuple[Path, Path]:
    """Draw a figure and write it as SVG and PNG; returns both files."""
    svg, png = folder / f"{plot.name}.svg", folder / f"{plot.name}.png"
    with style.context(["default", STYLE]):
        figure = plot.draw(run)
        write_whole(svg, _rendered(figure, "svg", {"Date": None, "Creator": "Twinstack"}))
        write_whole(png, _rendered(figure, "png", {"Software": "Twinstack"}))
    return svg, png


def _rendered(figure: Figure, kind: str, metadata: dict[str, str | None]) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=PNG_DPI, metadata=metadata)
    return buffer.getvalue()
