"""The report of made-up runs, as a whole."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.export import export_csv
from analysis.report import build
from experiment.record import RunFolder
from tests.benchmarks.synthetic_run import make_synthetic_run

Make = Callable[..., RunFolder]


def content(folder: RunFolder) -> dict[str, bytes]:
    files = sorted(file for file in folder.report.rglob("*") if file.is_file())
    return {str(file.relative_to(folder.report)): file.read_bytes() for file in files}


def page(folder: RunFolder) -> str:
    return (folder.report / "index.html").read_text(encoding="utf-8")


ON_ONE_CORE = """
import os, sys
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from pathlib import Path
from analysis.report import build
from experiment.record import RunFolder
build(RunFolder(Path(sys.argv[1])))
"""


def test_another_process_on_one_core_rebuilds_the_same_bytes_and_old_figures_do_not_stay(
    make: Make,
) -> None:
    folder = make(blocks=2)
    build(folder)
    first = content(folder)
    (folder.report / "figures" / "old.svg").write_text("old")
    subprocess.run([sys.executable, "-c", ON_ONE_CORE, str(folder.path)], check=True)

    assert content(folder) == first
    assert len(first) == 14  # the page, the summary, and six figures twice


def test_the_page_is_complete_in_itself_and_says_what_the_run_does_not_show(make: Make) -> None:
    folder = make(blocks=1)
    build(folder)

    assert page(folder).count('<img src="data:image/') == 6
    assert not re.search(r"<script|<link|src=\"http|url\(", page(folder))
    assert "One block says nothing about how much the result varies" in page(folder)
    assert "The budget of memory was not enforced" in page(folder)
    assert "The budget of cpu was not enforced" not in page(folder)
    assert "20.0 % of the CPU time of request handlers" in page(folder)


def test_a_run_without_a_complete_block_has_a_page_without_figures(make: Make) -> None:
    folder = make(blocks=1, absent=frozenset({(1, "microservices")}))
    build(folder)

    assert "No block is complete" in page(folder)
    assert "The run ended early" in page(folder)
    assert list((folder.report / "figures").iterdir()) == []


def test_the_csv_export_holds_every_row_with_its_trial(make: Make, tmp_path: Path) -> None:
    folder = make(blocks=2, status={(2, "monolith"): "void"})

    requests, samples = export_csv(folder, tmp_path / "csv").files

    rows = pd.read_csv(requests)
    assert len(rows) == 4 * 2040
    assert rows.groupby(["block", "arm"])["trial_status"].first().to_dict()[2, "monolith"] == "void"
    assert np.isclose(pd.read_csv(samples)["memory_mb"].max(), 60)


def test_a_large_run_has_a_light_page_and_light_figures(tmp_path: Path) -> None:
    folder = make_synthetic_run(tmp_path / "run", rows=40_000)
    build(folder)

    sizes = {name: len(file) for name, file in content(folder).items()}
    assert sizes["index.html"] < 1_000_000
    assert max(size for name, size in sizes.items() if name.startswith("figures/")) < 300_000
