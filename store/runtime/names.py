"""Host names that stand for several addresses, as a service's name does in a cluster."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Sequence

LOOK_UP_EVERY_S = 1.0

LookUp = Callable[[str], Sequence[str]]
"""From a name to its addresses; OSError when it has none, or nobody can tell."""


def look_up(host: str) -> Sequence[str]:
    found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
    return sorted({str(address[0]) for *_, address in found})


class Names:
    """Knows the addresses of each name that was asked for, at most LOOK_UP_EVERY_S old.

    Whoever asks when a second is over looks them up; all others go by what is known meanwhile, so
    that a name server that is slow holds up one request and not all. What cannot be looked up is
    taken to be as before: a cluster whose name server fails goes on.
    """

    def __init__(
        self, look_up: LookUp = look_up, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._look_up = look_up
        self._clock = clock
        self._looking_up = threading.Lock()
        self._known: dict[str, Sequence[str]] = {}
        self._known_at: dict[str, float] = {}

    def addresses(self, host: str) -> Sequence[str]:
        """Of a name; an address stands for itself. Empty while a name has none."""
        if is_address(host):
            return [host]
        if self._is_due(host) and self._looking_up.acquire(blocking=host not in self._known):
            try:
                if self._is_due(host):
                    self._ask(host)
            finally:
                self._looking_up.release()
        return self._known[host]

    def _is_due(self, host: str) -> bool:
        return self._clock() - self._known_at.get(host, float("-inf")) >= LOOK_UP_EVERY_S

    def _ask(self, host: str) -> None:
        try:
            self._known[host] = self._look_up(host)
        except socket.gaierror as error:
            if error.errno == socket.EAI_NONAME or host not in self._known:
                self._known[host] = []
        self._known_at[host] = self._clock()


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
