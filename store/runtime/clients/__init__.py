"""The HTTP clients with which a process asks another: two libraries behind one small interface."""

from collections.abc import Callable

from store.runtime.clients.exchange import Instance
from store.runtime.clients.lean import LeanInstance
from store.runtime.clients.pooled import PooledInstance
from store.runtime.settings import ClientName

Opener = Callable[[str, int | None], Instance]
"""From host and port to kept connections; none is made before it is needed."""


def opener(name: ClientName) -> Opener:
    return LeanInstance if name == "http.client" else PooledInstance
