"""Whether the plan of a run is still the one that it was measured by."""

import hashlib

import orjson

from experiment.errors import InputError
from experiment.record import RunFolder


def hash_of_plan(folder: RunFolder) -> str:
    """SHA-256 of ``plan.json``, as the journal's ``run-started`` holds it."""
    return hashlib.sha256(folder.plan.read_bytes()).hexdigest()


def require_untouched(folder: RunFolder) -> None:
    """Raise InputError when ``plan.json`` was edited after the start.

    A run that was started without the plan's hash in its journal passes.
    """
    recorded = _recorded_sha256(folder)
    if recorded is not None and recorded != hash_of_plan(folder):
        raise InputError(
            f"{folder.plan} was edited after the run had started and no longer says what was "
            "measured. Put the original back, or start a new run."
        )


def _recorded_sha256(folder: RunFolder) -> str | None:
    """Of the first ``run-started``; a journal that is missing or damaged elsewhere still tells."""
    if not folder.journal.exists():
        return None
    for line in folder.journal.read_bytes().splitlines():
        if b'"run-started"' not in line:
            continue
        try:
            return str(orjson.loads(line)["plan_sha256"])
        except (orjson.JSONDecodeError, KeyError):
            return None
    return None
