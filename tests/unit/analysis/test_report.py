"""The report of made-up runs, as a whole."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.export import export_csv
from analysis.measured import load_run
from analysis.report import build
from experiment.errors import InputError
from experiment.record import RunFolder

Make = Callable[..., RunFolder]


def content(folder: RunFolder) -> dict[str, bytes]:
    files = sorted(file for file in folder.report.rglob("*") if file.is_file())
    return {str(file.relative_to(folder.report)): file.read_bytes() for file in files}


def page(folder: RunFolder) -> str:
    return (folder.report / "index.html").read_text(encoding="utf-8")


def test_the_report_is_rebuilt_byte_for_byte_and_old_figures_do_not_stay(make: Make) -> None:
    folder = make(blocks=2)
    build(folder)
    first = content(folder)
    (folder.report / "figures" / "old.svg").write_text("old")
    build(folder)

    assert content(folder) == first
    assert len(first) == 12  # the page, the summary, and five figures twice


def test_the_page_is_complete_in_itself_and_says_what_the_run_does_not_show(make: Make) -> None:
    folder = make(blocks=1)
    build(folder)

    assert page(folder).count('<img src="data:image/') == 5
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


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("requests.parquet", "is not a whole Parquet file"),
        ("samples.parquet", "is not a whole Parquet file"),
        ("run.json", "is not a valid record"),
    ],
)
def test_a_truncated_file_is_one_sentence_that_names_it(
    make: Make, name: str, message: str
) -> None:
    folder = make(blocks=1)
    file = folder.trial(1, "monolith").path / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    with pytest.raises(InputError, match=f"{name} {message}"):
        load_run(folder)


def test_a_missing_file_is_one_sentence_that_names_it(make: Make) -> None:
    folder = make(blocks=1)
    folder.trial(1, "monolith").samples.unlink()

    with pytest.raises(InputError, match=r"samples\.parquet is missing"):
        load_run(folder)


def test_the_csv_export_holds_every_row_with_its_trial(make: Make, tmp_path: Path) -> None:
    folder = make(blocks=2, status={(2, "monolith"): "void"})

    requests, samples = export_csv(folder, tmp_path / "csv")

    rows = pd.read_csv(requests)
    assert len(rows) == 4 * 2040
    assert rows.groupby(["block", "arm"])["trial_status"].first().to_dict()[2, "monolith"] == "void"
    assert np.isclose(pd.read_csv(samples)["memory_mb"].max(), 60)
