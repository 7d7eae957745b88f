"""The page of a projection, beside its figures."""

from collections.abc import Sequence
from pathlib import Path

from analysis.page import draw_all, environment, page_style
from experiment.errors import InputError
from experiment.output import require_folder
from experiment.prices import Prices
from experiment.record import RunFolder, write_whole
from projection import tables
from projection.assumed import Assumed
from projection.plots import PLOTS
from projection.project import CELLS, HOT, SURGE, Projection, project


def build(folders: Sequence[RunFolder], prices: Prices, out: Path) -> Projection:
    """Project and write ``index.html`` and ``figures/`` to a folder.

    Raises InputError when the runs do not suffice, or the folder holds something else.
    """
    _require_room(out)
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


def _require_room(out: Path) -> None:
    """InputError unless the folder is new or empty, or holds an earlier page and no more."""
    require_folder(out)
    names = {each.name for each in out.iterdir()} if out.exists() else set()
    if names and not {"index.html"} <= names <= {"index.html", "figures"}:
        raise InputError(f"{out} holds something else than a projection; name a new folder.")
