"""Whether the files of a trial are still those that it left.

``run.json`` of a trial holds the SHA-256 of every file that the trial left or was given, and the
journal of the run that of each ``run.json``. So damage, mix-ups and losses are seen. Somebody who
rewrites files, records and journal alike is not found out: nothing is signed. Records of earlier
code hold no hashes and pass; so do rows of a trial whose tool was killed, which nobody reads.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import dropwhile
from pathlib import Path
from typing import Any

import orjson

from experiment.errors import InputError
from experiment.journal import Journal
from experiment.record import RunFolder, TrialFolder, TrialRecord, as_json, write_whole

RAW = (".parquet", ".json", ".jsonl")
"""Ends of names of what a trial measured; its logs are for people to read."""
NOT_RAW = ("run.json", "progress.json")
"""The record itself, and what showed how far the load was."""
EVENT = "trial-recorded"
RECORD = re.compile(r"block-[0-9]+/[a-z0-9~-]{1,200}(/probe-[0-9]+)?/run\.json")
"""Path of a record from the folder of its run."""


def hashes_of(trial: TrialFolder, *given: Path) -> dict[str, str]:
    """SHA-256 of what a trial left and of what it was ``given``, by path from its folder."""
    there = (file for file in given if file.is_file())
    return {_from(trial, file): _sha256(file) for file in (*_left_by(trial), *there)}


def keep(run: RunFolder, trial: TrialFolder, record: TrialRecord) -> None:
    """Write the record of a trial, and its hash to the journal of the run.

    The journal comes first, and the last hash of a record counts: a record that a kill kept from
    being written is written by the one who goes on with the run.
    """
    content = as_json(record)
    with Journal(run.journal) as journal:
        file = trial.run.relative_to(run.path).as_posix()
        journal.write(EVENT, file=file, sha256=hashlib.sha256(content).hexdigest())
    write_whole(trial.run, content)


@dataclass(frozen=True)
class Seals:
    """What the journal of a run says of the records of its trials."""

    run: RunFolder
    recorded: Mapping[Path, str]
    """SHA-256 by the file of the record."""
    unwritten: Path | None = None
    """The record that was to be written when the run ended, and is not there: not lost, but of a
    trial whose tool was killed."""
    _known: dict[Path, str] = field(default_factory=dict)
    """Hashes so far: all arms of a block have the same arrivals."""

    def gone(self) -> list[Path]:
        """Records that were written and are not there any more."""
        absent = [file for file in self.recorded if not file.exists()]
        return [file for file in absent if file != self.unwritten]

    def require_whole(self, trial: TrialFolder, record: TrialRecord) -> None:
        """Raise InputError that names the first file that is not as the trial left it."""
        recorded = self.recorded.get(trial.run)
        if recorded is None and record.hashes:
            raise InputError(f"{trial.run} is not named in {self.run.journal.name} of the run.")
        if recorded is None:  # written by earlier code
            return
        if self._hash(trial.run) != recorded:
            raise _changed(trial.run)
        for name, left in record.hashes.items():
            file = Path(os.path.normpath(trial.path / name))
            if self._hash(file) != left:
                raise _changed(file)
        for file in _left_by(trial) if record.hashes else ():
            if _from(trial, file) not in record.hashes:
                raise InputError(f"{file} was added after the trial.")

    def _hash(self, file: Path) -> str:
        if file not in self._known:
            self._known[file] = _sha256(file)
        return self._known[file]


def read_seals(run: RunFolder) -> Seals:
    """From the journal of a run; a line of it that is damaged is a record that is not named."""
    if not run.journal.is_file():
        return Seals(run, {})
    lines = run.journal.read_bytes().splitlines()
    recorded = dict(seal for line in lines if (seal := _seal_in(line, run)))
    return Seals(run, recorded, _unwritten(lines, run))


def _seal_in(line: bytes, run: RunFolder) -> tuple[Path, str] | None:
    if EVENT.encode() not in line:
        return None
    event = _event_in(line)
    name = str(event.get("file"))
    if event.get("event") != EVENT or "sha256" not in event or not RECORD.fullmatch(name):
        return None
    return run.path / name, str(event["sha256"])


def _unwritten(lines: list[bytes], run: RunFolder) -> Path | None:
    """What the last event announced, if only the early end of the run may follow it."""
    last = next(dropwhile(_says_no_more, reversed(lines)), b"")
    seal = _seal_in(last, run)
    return seal[0] if seal and seal[0].parent.is_dir() and not seal[0].exists() else None


def _says_no_more(line: bytes) -> bool:
    """Whether it is a line that a kill cut off, or the end of a run that is not complete."""
    event = _event_in(line)
    return not event or (event.get("event") == "run-ended" and event.get("status") != "complete")


def _event_in(line: bytes) -> dict[str, Any]:
    """Empty when the line is damaged."""
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return event if isinstance(event, dict) else {}


def _changed(file: Path) -> InputError:
    return InputError(f"{file} was changed or exchanged: its SHA-256 is not the recorded one.")


def _left_by(trial: TrialFolder) -> list[Path]:
    return sorted(
        file
        for file in trial.path.iterdir()
        if file.suffix in RAW and file.name not in NOT_RAW and not file.name.startswith(".")
    )


def _from(trial: TrialFolder, file: Path) -> str:
    return os.path.relpath(file, trial.path)


def _sha256(file: Path) -> str:
    """Raises InputError when the file is missing or cannot be read."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise InputError(f"{file} is missing; this is not a whole run record.") from error
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
