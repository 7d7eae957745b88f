"""Notices parts of a running store that have ended, or whose worker ends again and again."""

import time
from collections.abc import Callable

from experiment.errors import RunError
from testbed.platforms.running import Look, Running

MOST = 3
WITHIN_S = 30.0


class Restarts:
    """Counts, by part, the looks that found none of the workers of the look before.

    Gunicorn stays when its worker ends, and starts another. Once is an accident; what ends again
    and again serves nobody. What comes and goes beside the workers, such as a container's health
    check, does not count.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._workers: dict[str, set[int]] = {}
        self._lost_at: dict[str, list[float]] = {}

    def note(self, name: str, running: Running, look: Look) -> None:
        """RunError when the workers were lost ``MOST`` times within ``WITHIN_S``."""
        before, now = self._workers.get(name, set()), set(look.pids(running)[1:])
        self._workers[name] = now
        if not before or before & now:
            return
        at = self._clock()
        lost_at = [each for each in self._lost_at.get(name, []) if at - each < WITHIN_S]
        self._lost_at[name] = [*lost_at, at]
        if len(self._lost_at[name]) >= MOST:
            raise RunError(
                f"{name} has lost its worker {MOST} times within {WITHIN_S:g} s, so the store is "
                f"stopped; {_last_line(running)}"
            )


def ended(name: str, running: Running) -> RunError:
    """One sentence, with the last line of its log."""
    return RunError(f"{name} has ended, so the store is stopped; {_last_line(running)}")


def _last_line(running: Running) -> str:
    first, *others = running.last_words.splitlines()
    return f"the last line of its log: {others[-1]}" if others else first
