"""Builds the report of a run from its raw files, byte for byte the same each time."""

from pathlib import Path

from analysis.measured import MeasuredRun, load_run
from analysis.page import Shown, render, shown
from analysis.plots import PLOTS
from analysis.plots.saving import save
from analysis.summary import Summary, summarise
from experiment.record import RunFolder, write_json, write_whole


def build(folder: RunFolder) -> Summary:
    """Write ``report/`` of a run: the page, every figure as SVG and PNG, and the summary.

    Raises InputError when a raw file is missing or not whole.
    """
    run = load_run(folder)
    summary = summarise(run)
    figures = _figures(run, folder.report / "figures") if run.blocks else []
    folder.report.mkdir(exist_ok=True)
    write_json(folder.report / "summary.json", summary)
    write_whole(folder.report / "index.html", render(run, summary, figures).encode())
    return summary


def _figures(run: MeasuredRun, folder: Path) -> list[Shown]:
    folder.mkdir(parents=True, exist_ok=True)
    return [
        shown(plot.name, plot.title, plot.caption(run), *save(plot, run, folder)) for plot in PLOTS
    ]
