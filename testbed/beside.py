"""A thread beside a trial: it yields to the load generator, and what goes wrong in it is kept."""

import os
import threading
from collections.abc import Callable

YIELDING = 10


class Beside:
    """``run`` returns soon after ``over`` is set."""

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self.over = threading.Event()
        self.error: Exception | None = None
        """With which ``run`` ended; whoever ends the thread has to look."""
        self._run = run
        self._thread = threading.Thread(target=self._keep_error, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self.over.set()
        self._thread.join()

    def _keep_error(self) -> None:
        # Niceness belongs to a thread on Linux: on a shared core the load generator goes first.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), YIELDING)
        try:
            self._run()
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits for it
            self.error = error
