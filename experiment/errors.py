"""One root exception, two families: your input is wrong, or the system misbehaved."""


class TwinstackError(Exception):
    """Anything the command line reports as one sentence. ``exit_code`` is what it exits with."""

    exit_code = 1


class InputError(TwinstackError):
    """What the user gave is wrong; nothing was started."""

    exit_code = 2


class RunError(TwinstackError):
    """The system misbehaved: the run is void, failed or cut off."""


class VoidTrialError(RunError):
    """What is being measured cannot count any more; another attempt may.

    Its exit code tells it from other errors where it comes from a process of its own.
    """

    exit_code = 3
