"""Where a Unix socket can be: folders of our own with short paths."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiment.errors import InputError
from testbed.janitor import Belongings

LONGEST_BASE = 60
"""Bytes. A socket's whole path may have 107, and is some levels further down."""


def short_base() -> Path:
    """A folder for folders of ours; InputError where none can be written.

    On a disk where possible (``/tmp`` is often memory), short enough, and without what separates
    or ends a path in PostgreSQL's settings.
    """
    for base in (os.environ.get("TMPDIR"), "/var/tmp", "/tmp"):  # noqa: S108 - names in it are drawn
        fits = base and len(os.fsencode(base)) <= LONGEST_BASE and not set(base) & set(',"')
        if base and fits and os.access(base, os.W_OK):
            return Path(base)
    raise InputError(
        "There is no folder for sockets and data: TMPDIR is unset, read-only, or longer than "
        f"{LONGEST_BASE} bytes, and /var/tmp and /tmp are read-only."
    )


@contextmanager
def private_place(belongings: Belongings) -> Iterator[Path]:
    """A folder that only this user can enter; it goes at the end of the block."""
    with belongings.temporary_folder(short_base()) as folder:
        yield folder
