"""Raw rows as CSV, for a spreadsheet."""

from pathlib import Path

import pandas as pd

from analysis.reading import read_requests, read_samples
from experiment.errors import InputError
from experiment.record import RunFolder, TrialFolder, TrialRecord


def export_csv(run: RunFolder, target: Path) -> list[Path]:
    """Write ``requests.csv`` and ``samples.csv`` of all trials that were measured to their end.

    Each row names its block, arm and the status of its trial; those of void trials are there too.
    Returns the files. Raises InputError when no trial has rows.
    """
    records = [record for record in run.trials() if record.status in ("complete", "void")]
    if not records:
        raise InputError(f"{run.path} holds no trial that was measured to its end.")
    target.mkdir(parents=True, exist_ok=True)
    requests = pd.concat([_named(read_requests(_folder(run, r)), r) for r in records])
    samples = pd.concat([_named(read_samples(_folder(run, r)), r) for r in records])
    files = [target / "requests.csv", target / "samples.csv"]
    for rows, file in zip((requests, samples), files, strict=True):
        rows.to_csv(file, index=False)
    return files


def _folder(run: RunFolder, record: TrialRecord) -> TrialFolder:
    return run.trial(record.block, record.arm)


def _named(rows: pd.DataFrame, record: TrialRecord) -> pd.DataFrame:
    named = rows.astype({"status": "Int16"}) if "status" in rows else rows
    named.insert(0, "block", record.block)
    named.insert(1, "arm", record.arm)
    named.insert(2, "trial_status", record.status)
    return named
