"""TOML files that somebody wrote by hand: read, and refused in one sentence."""

import json
import tomllib
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from experiment.encoding import text_of
from experiment.errors import InputError
from experiment.input_file import MEBIBYTE, bytes_of

MOST_DEPTH = 20
"""Tables and lists within each other; no file of ours needs more than six."""

Model = TypeVar("Model", bound=BaseModel)


def read_toml(file: Path, what: str) -> dict[str, Any]:
    """The values of a file, which is called a ``what`` where there is none; raises InputError."""
    try:
        text = text_of(bytes_of(file, what, MEBIBYTE))
    except ValueError as error:
        raise InputError(f"{file} {error}.") from error
    try:
        return _parsed(text)
    except ValueError as error:  # also a number of more digits than Python reads
        raise InputError(f"{file} is not valid TOML: {error}.") from error
    except RecursionError as error:
        raise InputError(f"{file} is nested too deeply to be a {what}.") from error


def _parsed(text: str) -> dict[str, Any]:
    """ValueError for what is no TOML, RecursionError where it is nested too deeply for any use."""
    values = tomllib.loads(text)
    if _depth(values) > MOST_DEPTH:
        raise RecursionError
    return values


def _depth(value: object) -> int:
    """Of tables and lists within each other; ValueError for an integer that TOML does not have."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("an integer has more than 64 bits")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)


def validated(model: type[Model], values: Mapping[str, Any]) -> Model:
    """``values`` as a ``model``; raises pydantic's ValidationError.

    A number has to be one: ``true`` and ``"20"`` are not taken for numbers, nor 2.0 for a count.
    Only JSON has lists for tuples and texts for paths in pydantic's strict mode.
    """
    return model.model_validate_json(json.dumps(values, default=str), strict=True)


def first_problem(error: ValidationError, unnamed: Container[object] = ()) -> str:
    """Where the first wrong value stands, and what is wrong with it.

    Parts of its path that are ``unnamed`` are left out: pydantic adds some that nobody wrote.
    """
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in unnamed)
    reason = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        reason = "this key is not known; check its spelling"
    elif first["type"] == "missing":
        reason = "this key is missing"
    more = error.error_count() - 1
    tail = f" (and {more} more)" if more else ""
    return f"{where}: {reason}{tail}" if where else f"{reason}{tail}"
