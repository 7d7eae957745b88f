"""Files and folders that cannot be used: what is said of them, and who has to mend it."""

import errno

from experiment.errors import InputError, RunError, TwinstackError

_OF_THE_PATH = {
    errno.ENOENT: "name one that is there",
    errno.ENOTDIR: "name one that is not below a file",
    errno.EISDIR: "name a file",
    errno.EEXIST: "name one that is not there yet",
    errno.ENOTEMPTY: "name an empty folder",
    errno.ENAMETOOLONG: "name a shorter one",
    errno.ELOOP: "its links lead in a circle",
    errno.EINVAL: "name another one",
    errno.ENXIO: "name a regular file",
    errno.EACCES: "allow yourself to use it, or name another one",
    errno.EPERM: "allow yourself to use it, or name another one",
    errno.EROFS: "name one that can be written",
}
_OF_THE_MACHINE = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room within your quota",
    errno.EFBIG: "raise the limit of a file's size (ulimit -f)",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "close other programs' files",
    errno.EIO: "look after that disk",
}


def expected_failure(error: OSError) -> TwinstackError | None:
    """What to tell the user, with a remedy; None for what is no matter of files.

    InputError where another path would do, RunError where the machine is short of something.
    """
    code, named = error.errno or 0, error.filename
    if code in _OF_THE_MACHINE:
        where = f" ({_shown(named)})" if named else ""
        remedy = _OF_THE_MACHINE[code]
        return RunError(f"{error.strerror}{where}; nothing is left running. Remedy: {remedy}.")
    if code in _OF_THE_PATH and named:
        return InputError(f"{_shown(named)}: {error.strerror}; {_OF_THE_PATH[code]}.")
    return None


LONGEST = 200


def _shown(path: object) -> str:
    text = path.decode(errors="replace") if isinstance(path, bytes) else str(path)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
