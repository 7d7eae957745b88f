"""What a fault does by itself between its begin and its lift."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class Later:
    """Calls ``work`` in a thread of its own, ``after_s`` seconds from now."""

    def __init__(self, after_s: float, work: Callable[[], None]) -> None:
        self._after_s = after_s
        self._work = work
        self._called_off = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fault")
        self._done: Future[None] = self._thread.submit(self._run)

    def end(self) -> None:
        """Call it off if it has not begun, else wait for its end; raises what it raised."""
        self._called_off.set()
        self._thread.shutdown()
        self._done.result()

    def _run(self) -> None:
        if not self._called_off.wait(self._after_s):
            self._work()
