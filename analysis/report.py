"""Builds the report of a run from its raw files, byte for byte the same each time."""

from collections.abc import Sequence
from pathlib import Path

from analysis.measured import MeasuredRun, load_run
from analysis.money.prices import default_prices, prices_of
from analysis.page import draw_all, render
from analysis.plots import plots_of
from analysis.pooling import load_pooled
from analysis.summary import Summary, summarise
from experiment.errors import InputError
from experiment.output import require_folder
from experiment.prices import Prices
from experiment.record import RunFolder, write_json, write_whole

SUMMARY_NAME = "summary.json"


def build(folder: RunFolder) -> Summary:
    """Write ``report/`` of a run: the page, every figure as SVG and PNG, and the summary.

    Money is counted with the prices that are kept with the run, else with the project's.

    Blocks that cannot be read are left out and named in it. Raises InputError when the plan is
    broken or was edited.
    """
    if folder.read_plan().scenario.search is not None:
        from analysis.capacity.report import build_search  # noqa: PLC0415 - fits curves: half a second

        return build_search(folder)
    require_folder(folder.report)
    prices = prices_of(folder)
    return _write(load_run(folder), folder.report, prices)


def build_pooled(
    folders: Sequence[RunFolder], target: Path, prices: Prices | None = None
) -> Summary:
    """Write one report over the blocks of several runs into ``target``.

    ``prices``: None for the project's, whatever is kept with the runs.

    Raises InputError when the runs may not be pooled, and when ``target`` holds anything else than
    an earlier report, which would be lost.
    """
    if any(folder.read_plan().scenario.search for folder in folders):
        raise InputError("Runs of a search cannot be pooled; report each of them by itself.")
    require_room(target, SUMMARY_NAME)
    return _write(load_pooled(folders), target, prices or default_prices())


def require_room(target: Path, mark: str) -> None:
    """InputError unless a folder is new, empty, or an earlier page, which has the file ``mark``.

    Hidden files do not count, such as a part of a file that a kill left.
    Nothing on the way to it may be a file, and it must be writable.
    """
    require_folder(target)
    names = {each.name for each in target.iterdir()} if target.exists() else set()
    if mark not in names and not all(name.startswith(".") for name in names):
        raise InputError(f"{target} holds something else than a report; name a new folder.")


def _write(run: MeasuredRun, target: Path, prices: Prices) -> Summary:
    summary = summarise(run)
    target.mkdir(parents=True, exist_ok=True)
    write_json(target / SUMMARY_NAME, summary)  # first: what a kill leaves is known as a report
    figures = draw_all(plots_of(run), run, target / "figures")
    write_whole(target / "index.html", render(run, summary, figures, prices).encode())
    return summary
