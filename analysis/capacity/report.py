"""Builds the report of a run of searches from its raw files, byte for byte the same each time."""

import shutil
from pathlib import Path

from analysis import aa_wording, tables
from analysis.capacity import tables as own_tables
from analysis.capacity.checklist import checklist_of_search
from analysis.capacity.limits import limits_of_search
from analysis.capacity.plots import plots_of
from analysis.capacity.run import SearchRun, load_search_run
from analysis.capacity.summary import SearchSummary, summarise_search
from analysis.page import Shown, chips, environment, shared, shown
from analysis.plots.saving import save
from experiment.record import RunFolder, write_json, write_whole


def build_search(folder: RunFolder) -> SearchSummary:
    """Write ``report/``: the page, every figure as SVG and PNG, and the summary."""
    run = load_search_run(folder)
    summary = summarise_search(run)
    folder.report.mkdir(exist_ok=True)
    figures = _figures(run, folder.report / "figures")
    write_json(folder.report / "summary.json", summary)
    write_whole(folder.report / "index.html", _render(run, summary, figures).encode())
    return summary


def _figures(run: SearchRun, folder: Path) -> list[Shown]:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    plots = plots_of(run) if run.limits else ()
    return [shown(p.name, p.title, p.caption(run), *save(p, run, folder)) for p in plots]


def _render(run: SearchRun, summary: SearchSummary, figures: list[Shown]) -> str:
    return (
        environment()
        .get_template("search.html")
        .render(
            **shared(run, figures),
            summary=summary,
            tables=tables,
            aa=aa_wording,
            own=own_tables,
            chips=chips(run, summary),
            limits=limits_of_search(run, summary),
            checklist=checklist_of_search(run),
        )
    )
