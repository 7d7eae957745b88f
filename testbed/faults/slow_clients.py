"""Slow clients: sockets that announce a body, send one byte of it, and hold.

They belong to a thread of this tool that stays on the load generator's cores, so that a store pays
for them what it spends on them itself, and no more.
"""

import os
import selectors
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import cast
from urllib.parse import urlsplit

from experiment.errors import RunError
from experiment.faults.of_clients import SlowClients as Plan
from testbed.faults.fault import Bite
from testbed.platforms.machine.affinity import split

LOOK_EVERY_S = 0.1
"""For those that were closed, which are opened again at once."""
CONNECT_WITHIN_S = 2.0


class SlowClients:
    """At the edge of the store with the base URL ``url``."""

    def __init__(self, url: str, plan: Plan) -> None:
        target = urlsplit(url)
        self._plan = plan
        self._address = (target.hostname or "", target.port or 80)
        self._says = (
            f"POST {plan.path} HTTP/1.1\r\nHost: {target.netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {plan.body_bytes}\r\n\r\n{{"
        ).encode("ascii")
        self._open = selectors.DefaultSelector()
        self._lacking = plan.sockets
        """How many of the sockets could not be opened, or not again."""
        self._closed_after_s: list[float] = []
        """How long each was held that the edge closed."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="slow-clients")
        self._lifted = threading.Event()

    def inject(self) -> None:
        """Returns when all are held; RunError when the edge does not take them."""
        try:
            self._thread.submit(self._connect_all).result()
        except OSError as error:
            raise RunError(
                f"Of {self._plan.sockets} slow clients {self._lacking} reached no edge: {error}."
            ) from error
        self._thread.submit(self._keep)

    def lift(self) -> None:
        self._lifted.set()
        self._thread.shutdown()
        for key in list((self._open.get_map() or {}).values()):
            cast("socket.socket", key.fileobj).close()
        self._open.close()

    def bite(self) -> Bite:
        """It held if each socket that the edge closed was opened again."""
        held, closed = self._plan.sockets - self._lacking, self._closed_after_s
        soonest = f", at the soonest after {min(closed):.1f} s" if closed else ""
        says = f"{held} of {self._plan.sockets} sockets were held; the edge closed {len(closed)}"
        return Bite(self._lacking == 0, says + soonest)

    def _connect_all(self) -> None:
        # Of this thread alone.
        os.sched_setaffinity(0, split(os.sched_getaffinity(0)).generator)
        for _ in range(self._plan.sockets):
            self._connect()
            self._lacking -= 1

    def _connect(self) -> None:
        client = socket.create_connection(self._address, CONNECT_WITHIN_S)
        self._open.register(client, selectors.EVENT_READ, time.monotonic())
        with suppress(OSError):  # closed already, which the next look sees
            client.sendall(self._says)

    def _keep(self) -> None:
        while not self._lifted.wait(LOOK_EVERY_S):
            for key, _ in self._open.select(0):
                if self._lifted.is_set():  # to connect may take its time
                    return
                self._replace(key)

    def _replace(self, key: selectors.SelectorKey) -> None:
        """The edge has answered or hung up: it waits for this body no longer."""
        self._open.unregister(key.fileobj)
        cast("socket.socket", key.fileobj).close()
        self._closed_after_s.append(time.monotonic() - key.data)
        if not self._is_opened_again():
            self._lacking += 1

    def _is_opened_again(self) -> bool:
        if len(self._closed_after_s) > self._plan.most_reopened:
            return False
        try:
            self._connect()
        except OSError:
            return False
        return True
