"""Whether the plan of a run is still the one that it was measured by."""

import hashlib

import orjson

from experiment.errors import InputError
from experiment.record import RunFolder


def require_untouched(folder: RunFolder) -> None:
    """Refuse a run whose ``plan.json`` was edited after the start.

    Compares its SHA-256 with the ``plan_sha256`` that the journal's event ``run-started`` holds;
    a run that was started without one passes. Raises InputError.
    """
    recorded = _recorded_sha256(folder)
    if recorded is not None and recorded != hashlib.sha256(folder.plan.read_bytes()).hexdigest():
        raise InputError(
            f"{folder.plan} was edited after the run had started; what was measured by the one "
            "plan cannot be judged by the other. Put the original back."
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
