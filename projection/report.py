"""The page of a projection, beside its figures."""

from collections.abc import Sequence
from pathlib import Path

from analysis.page import draw_all, environment, page_style
from experiment.prices import Prices
from experiment.record import RunFolder, write_whole
from projection import tables
from projection.assumed import Assumed
from projection.plots import PLOTS
from projection.project import CELLS, HOT, SURGE, Projection, project


def build(folders: Sequence[RunFolder], prices: Prices, out: Path) -> Projection:
    """Project and write ``index.html`` and ``figures/`` to a folder.

    Raises InputError when the runs do not suffice.
    """
    projection = project(folders, prices, Assumed())
    out.mkdir(parents=True, exist_ok=True)
    shown = draw_all(PLOTS, projection, out / "figures")
    page = environment("projection").get_template("projection.html")
    text = page.render(
        projection=projection,
        figures={figure.name: figure for figure in shown},
        tables=tables,
        headline=tables.headline(projection),
        cells=[f"cell of {rate:g} journeys/s" for rate in CELLS],
        surge=f"{SURGE:g} times as many requests of the operation {HOT}",
        style=page_style(),
    )
    write_whole(out / "index.html", text.encode())
    return projection
