"""Memory that a PostgreSQL server leaves in the system when it is killed.

A server that ends in order, or is started again on its data, removes it. One that is killed leaves
a small System V segment, whose id is in ``postmaster.pid``, and files in ``/dev/shm``. The segment
names the first of those files, and that names the others.
"""

import ctypes
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from testbed import procfs

PID_FILE = "postmaster.pid"
_SEGMENTS = Path("/proc/sysvipc/shm")
_FILES = Path("/dev/shm")  # noqa: S108 - the kernel's
_PREFIX = "PostgreSQL."
_PID_LINE, _SEGMENT_LINE = 0, 6
_READ_ONLY = 0o10000
_REMOVE = 0


@dataclass(frozen=True)
class _Segment:
    """One line of ``/proc/sysvipc/shm``."""

    id: int
    size_bytes: int
    creator: int
    """Process id."""
    uid: int


def remove_left_by(data: Path) -> int:
    """Remove what the dead server of this data directory has left; returns how many pieces.

    Nothing is touched while anybody lives with the server's id, or where another user owns the
    segment: ids are given again. After another start of the machine they mean nothing, and it is
    for the caller not to ask.
    """
    segment = _segment_of(data)
    if segment is None:
        return 0
    files = _files_named_in(_content(segment), segment.uid)
    for file in files:
        files = files | _files_named_in(file.read_bytes(), segment.uid)
    for file in files:
        file.unlink(missing_ok=True)
    _libc().shmctl(segment.id, _REMOVE, None)
    return len(files) + 1


def _segment_of(data: Path) -> _Segment | None:
    """That of a dead server; None where there is none."""
    try:
        lines = (data / PID_FILE).read_text(encoding="utf-8").splitlines()
        pid, segment_id = int(lines[_PID_LINE]), int(lines[_SEGMENT_LINE].split()[1])
        uid = data.lstat().st_uid
    except (OSError, ValueError, IndexError):
        return None
    if _lives(pid):
        return None
    wanted = (segment_id, pid, uid)
    found = (each for each in _segments() if (each.id, each.creator, each.uid) == wanted)
    return next(found, None)


def _lives(pid: int) -> bool:
    stat = procfs.read_stat(pid)
    return stat is not None and not stat.is_dead


def _segments() -> Iterator[_Segment]:
    header, *lines = _SEGMENTS.read_text(encoding="ascii").splitlines()
    names = header.split()
    for line in lines:
        fields = dict(zip(names, map(int, line.split()), strict=True))
        yield _Segment(fields["shmid"], fields["size"], fields["cpid"], fields["uid"])


def _content(segment: _Segment) -> bytes:
    """Empty where it cannot be read."""
    libc = _libc()
    address = libc.shmat(segment.id, None, _READ_ONLY)
    if address == ctypes.c_void_p(-1).value:
        return b""
    try:
        return ctypes.string_at(address, segment.size_bytes)
    finally:
        libc.shmdt(address)


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
    libc.shmdt.argtypes = [ctypes.c_void_p]
    return libc


def _files_named_in(memory: bytes, uid: int) -> set[Path]:
    """A file's name ends in a random number of 32 bits, and that stands in the memory.

    So no layout of a certain version has to be known. What belongs to another user is not ours.
    """
    numbers = set(struct.unpack(f"={len(memory) // 4}I", memory[: len(memory) // 4 * 4]))
    found = set()
    for file in _FILES.glob(f"{_PREFIX}*"):
        with suppress(ValueError, FileNotFoundError):
            if int(file.name.removeprefix(_PREFIX)) in numbers and file.stat().st_uid == uid:
                found.add(file)
    return found
