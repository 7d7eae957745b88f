"""The HTTP clients with which a process asks another: two libraries behind one small interface."""

from collections.abc import Callable
from typing import Literal

from store.runtime.clients.exchange import Instance
from store.runtime.clients.lean import LeanInstance
from store.runtime.clients.pooled import PooledInstance

ClientName = Literal["urllib3", "http.client"]
"""urllib3: the most used pooled client of Python
http.client: Python's own, with a pool around it that does what urllib3's does here, and no more"""

Opener = Callable[[str, int | None], Instance]
"""From host and port to kept connections; none is made before it is needed."""


def opener(name: ClientName) -> Opener:
    return LeanInstance if name == "http.client" else PooledInstance
