"""Files that the user named: read whole, or refused in one sentence."""

import stat
from pathlib import Path

from experiment.errors import InputError

MEBIBYTE = 2**20


def bytes_of(file: Path, what: str, most_bytes: int) -> bytes:
    """The content of a regular file, which messages call a ``what``.

    InputError when there is none, when it cannot be read or is longer than ``most_bytes``, and when
    it is a pipe or a device: one would be waited for, the other may never end.
    """
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            raise InputError(f"The {what} {file} is not a regular file.")
        if found.st_size > most_bytes:
            raise InputError(
                f"The {what} {file} has {found.st_size / MEBIBYTE:,.0f} MiB; "
                f"at most {most_bytes / MEBIBYTE:,.0f} are read."
            )
        return file.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"There is no {what} {file}.") from error
    except OSError as error:
        raise InputError(f"The {what} {file} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # a name with a zero byte
        raise InputError(f"The {what} {str(file)!r} has a name that no file can have.") from error
