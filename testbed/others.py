"""A command that measures tells first what else has a store up on this machine."""

import shlex

import psutil

from testbed.janitor import living_owners, state_dir
from testbed.terminal import Terminal


def tell_of_others(errors: Terminal) -> None:
    """A line for each: two runs on the same cores take CPU time from each other."""
    for pid in living_owners(state_dir()):
        try:
            command = shlex.join(psutil.Process(pid).cmdline())
        except psutil.Error:  # it has ended, or belongs to another user
            continue
        errors.say(
            f"Note: another store is up on this machine, of process {pid} ({command}). "
            "Both take CPU time from each other, so that neither can be measured well."
        )
