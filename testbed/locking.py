"""One process at a time measures a run."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from experiment.errors import InputError
from experiment.record import RunFolder


@contextmanager
def owned(folder: RunFolder) -> Iterator[None]:
    """Hold a lock on the run's journal; InputError when another process holds it.

    The kernel gives the lock back when its holder ends, however it ends.
    """
    with folder.journal.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f"{folder.path} is being measured by another process.") from error
        yield
