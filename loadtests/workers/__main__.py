"""``python -m loadtests.workers``: a worker told by its environment, for containers.

``TWINSTACK_LOAD_MASTER`` is ``HOST:PORT`` of ``twinstack run --load-listen``;
``TWINSTACK_LOAD_PATIENCE_S`` says how long to wait for a master before giving up.
"""

import os
import signal
import sys
from collections.abc import Mapping
from types import FrameType

from experiment.errors import InputError, TwinstackError
from loadtests.workers.address import Address
from loadtests.workers.supervisor import PATIENCE_S, Supervisor


def main() -> None:
    signal.signal(signal.SIGTERM, _leave)
    try:
        supervisor_of(os.environ).run()
    except TwinstackError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def supervisor_of(environment: Mapping[str, str]) -> Supervisor:
    """Raises InputError."""
    if not (master := environment.get("TWINSTACK_LOAD_MASTER")):
        raise InputError("TWINSTACK_LOAD_MASTER is not set; it names the master, HOST:PORT.")
    patience = environment.get("TWINSTACK_LOAD_PATIENCE_S", str(PATIENCE_S))
    try:
        patience_s = float(patience)
    except ValueError as error:
        raise InputError(f"TWINSTACK_LOAD_PATIENCE_S is no number: {patience!r}.") from error
    return Supervisor(Address.parse(master), patience_s, _say)


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _leave(number: int, _frame: FrameType | None) -> None:
    """Unwind, so that the worker process is stopped."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
