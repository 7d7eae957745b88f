"""Builds the report of a run from its raw files, byte for byte the same each time."""

import shutil
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
    folder.report.mkdir(exist_ok=True)
    figures = _figures(run, folder.report / "figures")
    write_json(folder.report / "summary.json", summary)
    write_whole(folder.report / "index.html", render(run, summary, figures).encode())
    return summary


def _figures(run: MeasuredRun, folder: Path) -> list[Shown]:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    plots = PLOTS if run.blocks else ()
    return [shown(p.name, p.title, p.caption(run), *save(p, run, folder)) for p in plots]
