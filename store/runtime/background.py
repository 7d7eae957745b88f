"""Work that a process repeats beside its requests: a relay, a sweeper, a recovery."""

import atexit
import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Background:
    """Calls ``work`` in a thread of its own, every ``every_s`` seconds, until ``stop``.

    ``work`` says whether it should be called again at once, because more is left to do. An
    exception is logged and the next turn comes as usual: an outage must not end the work.
    """

    def __init__(self, name: str, every_s: float, work: Callable[[], bool]) -> None:
        self._every_s = every_s
        self._work = work
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Also arranges for the end: the process stops the work before it exits."""
        self._thread.start()
        atexit.register(self.stop)

    def stop(self, within_s: float = 5.0) -> None:
        """End after the current turn; wait for that as long as ``within_s``."""
        self._stopping.set()
        self._thread.join(within_s)
        atexit.unregister(self.stop)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._turn():
                self._stopping.wait(self._every_s)

    def _turn(self) -> bool:
        try:
            return self._work()
        except Exception:
            logger.exception("background work %s failed", self._thread.name)
            return False
