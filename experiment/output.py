"""Where a command may write: to what is absent, or a regular file that is no input.

A link is followed. A pipe, a device or a folder is refused and stays what it is.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiment.errors import InputError

LONGEST = 50
"""Characters of a file's name in that of its part: a name can have 255 bytes."""


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A file to write, which takes the place of ``file`` in one step at the end of the block.

    A reader never sees half of it, and a block that fails leaves nothing. Raises InputError where
    nothing may be written; an OSError names ``file``.
    """
    place = _place_of(file)
    part = place.with_name(f".{place.name[:LONGEST]}.{os.getpid()}")
    try:
        yield part
        part.replace(place)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, str(part)):
            error.filename = str(file)
        raise


def require_file(out: Path, *inputs: Path) -> None:
    """Raise InputError unless ``out`` can be written and is none of the ``inputs``.

    To be called before the work whose result goes there.
    """
    place = _place_of(out)
    for file in inputs:
        if place.exists() and file.exists() and place.samefile(file):
            raise InputError(f"{out} is read by this command; name another file to write.")
    try:
        _try(place.parent)
    except OSError as error:
        raise _not_written(out, str(error.strerror)) from error


def require_folder(out: Path) -> None:
    """Raise InputError unless ``out`` is a folder that can be written, or can be made."""
    try:
        there = next(each for each in (out, *out.absolute().parents) if _is_there(each))
        if not there.is_dir():
            raise InputError(f"{out} cannot be a folder: {there} is a file.")
        _try(there)
    except OSError as error:
        raise _not_written(out, str(error.strerror)) from error


def require_apart(out: Path, *inputs: Path) -> None:
    """Raise InputError when one of the ``inputs`` lies in the folder ``out``, and could be lost."""
    for file in inputs:
        if file.resolve().is_relative_to(out.resolve()):
            raise InputError(f"{file} is read by this command and lies in {out}, where it writes.")


def _try(folder: Path) -> None:
    """Write a page there, which goes at once; OSError when that fails, as on a full disk."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(4096))
        file.flush()


def _is_there(path: Path) -> bool:
    """Unlike ``Path.exists`` also for a link to nothing; below a file is nothing."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _place_of(file: Path) -> Path:
    """Where the links of a path lead, which need not be there yet."""
    place = Path(os.path.realpath(file))
    try:
        mode = place.stat().st_mode
    except FileNotFoundError:
        return place
    except OSError as error:
        raise _not_written(file, str(error.strerror)) from error
    if not stat.S_ISREG(mode):
        kind = "folder" if stat.S_ISDIR(mode) else "pipe, socket or device"
        raise InputError(f"{file} is a {kind}; name a file that is regular or not there yet.")
    return place


def _not_written(out: Path, why: str) -> InputError:
    return InputError(f"{out} cannot be written: {why}. Name another path.")
