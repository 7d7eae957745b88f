"""Builds the report of a run of searches from its raw files, byte for byte the same each time."""

from analysis.capacity import sizing, tables
from analysis.capacity.checklist import checklist_of_search
from analysis.capacity.limits import limits_of_search
from analysis.capacity.plots import plots_of
from analysis.capacity.run import load_search_run
from analysis.capacity.summary import SearchSummary, summarise_search
from analysis.money import tables as money
from analysis.money.prices import prices_of
from analysis.page import draw_all, fill
from experiment.output import require_folder
from experiment.record import RunFolder, write_json, write_whole


def build_search(folder: RunFolder) -> SearchSummary:
    """Write ``report/``: the page, every figure as SVG and PNG, and the summary."""
    require_folder(folder.report)
    run = load_search_run(folder)
    summary, prices = summarise_search(run), prices_of(folder)
    folder.report.mkdir(exist_ok=True)
    figures = draw_all(plots_of(run) if run.limits else (), run, folder.report / "figures")
    own = {
        "limits": limits_of_search(run, summary),
        "checklist": checklist_of_search(run),
        "own": tables,
        "sizing": sizing,
        "money": money,
        "prices": prices,
    }
    page = fill("search.html", run, summary, figures, **own)
    write_json(folder.report / "summary.json", summary)
    write_whole(folder.report / "index.html", page.encode())
    return summary
