"""TOML files that somebody wrote by hand: read, and refused in one sentence."""

import tomllib
from collections.abc import Container
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiment.errors import InputError


def read_toml(file: Path, what: str) -> dict[str, Any]:
    """The values of a file, which is called a ``what`` where there is none; raises InputError."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"There is no {what} {file}.") from error
    except OSError as error:
        raise InputError(f"The {what} {file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is not valid TOML: {error}.") from error


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
