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

FIGURES = {f"{plot.name}.{kind}" for plot in PLOTS for kind in ("svg", "png")}


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
    """InputError unless the folder is new, or holds an earlier page and no more.

    A build that was killed leaves figures without a page, or a hidden part of a file.
    """
    require_folder(out)
    names = _names_in(out)
    is_page = "index.html" in names or _names_in(out / "figures") <= FIGURES
    if not names <= {"index.html", "figures"} or not is_page:
        raise InputError(f"{out} holds something else than a projection; name a new folder.")


def _names_in(folder: Path) -> set[str]:
    """Without hidden ones."""
    there = folder.iterdir() if folder.is_dir() else ()
    return {each.name for each in there if not each.name.startswith(".")}
