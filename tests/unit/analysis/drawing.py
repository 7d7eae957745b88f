"""A report without the seconds that all of its figures take."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.measured import MeasuredRun
from analysis.money.prices import default_prices
from analysis.page import Shown, render
from analysis.plots import plots_of
from analysis.plots.plot import Plot, Run
from analysis.plots.saving import save
from analysis.summary import summarise


def undrawn_page(run: MeasuredRun) -> str:
    """The page of a run, with ``#name`` as the source of each figure."""
    return render(run, summarise(run), undrawn(plots_of(run), run), default_prices())


def undrawn(plots: Sequence[Plot[Run]], run: Run, _folder: Path | None = None) -> list[Shown]:
    return [Shown(p.name, p.title, p.caption(run), f"#{p.name}") for p in plots]


def drawn(name: str, run: MeasuredRun) -> bytes:
    """The SVG of one figure."""
    (plot,) = (plot for plot in plots_of(run) if plot.name == name)
    with TemporaryDirectory() as folder:
        svg, _ = save(plot, run, Path(folder))
        return svg.read_bytes()
