"""Where the instances of each role are: a file that the test bed rewrites when they change."""

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
from urllib3.util import parse_url

from store.runtime.clients import Opener
from store.runtime.clients.exchange import Instance
from store.runtime.clients.pooled import PooledInstance
from store.runtime.names import Names, is_address

STAT_EVERY_S = 0.05


class Peers:
    """Connection pools to the instances of each role, in turns.

    ``file`` holds ``{role: [base URL, ...]}`` and is replaced as a whole, never written in place.
    Connections to instances that stay are kept when it changes. Where a URL has a name for its
    host, each address of that name is an instance. ``connect`` opens what keeps the connections.
    """

    def __init__(
        self,
        file: Path | None,
        clock: Callable[[], float] = time.monotonic,
        names: Names | None = None,
        connect: Opener = PooledInstance,
    ) -> None:
        self._file = file
        self._clock = clock
        self._names = names or Names()
        self._connect = connect
        self._lock = threading.Lock()
        self._turns: defaultdict[str, Iterator[int]] = defaultdict(itertools.count)
        self._pools: dict[str, Instance] = {}
        self._by_role: dict[str, list[Instance]] = {}
        self._named: dict[str, list[str]] = {}
        """URLs of the roles whose instances are found by name."""
        self._checked_at = float("-inf")
        self._version: tuple[int, int] | None = None

    def instances(self, role: str) -> list[Instance]:
        """Every instance of ``role`` once, the one whose turn it is first; none when unknown."""
        self._refresh()
        pools = self._found(role) if role in self._named else self._by_role.get(role, [])
        if len(pools) < 2:  # noqa: PLR2004 - nobody to take turns with
            return pools
        first = next(self._turns[role]) % len(pools)
        return pools[first:] + pools[:first]

    def _refresh(self) -> None:
        if self._file is None or not self._is_due():
            return
        with self._lock:
            if self._is_due():
                self._reload(self._file)
                self._checked_at = self._clock()  # last: until then nobody passes without peers

    def _is_due(self) -> bool:
        return self._clock() - self._checked_at >= STAT_EVERY_S

    def _reload(self, file: Path) -> None:
        stat = file.stat()
        version = (stat.st_mtime_ns, stat.st_ino)
        if version != self._version:
            self._read(file)
            self._version = version

    def _read(self, file: Path) -> None:
        urls: dict[str, list[str]] = orjson.loads(file.read_bytes())
        listed = {url for each in urls.values() for url in each}
        # Pools that are gone close their connections when the last call through them has ended.
        self._pools = {url: self._pools.get(url) or self._open(url) for url in listed}
        self._by_role = {role: [self._pools[url] for url in urls[role]] for role in urls}
        self._named = {role: urls[role] for role in urls if any(map(_has_name, urls[role]))}

    def _found(self, role: str) -> list[Instance]:
        """Pools to the addresses that the role's names have now."""
        urls = [
            f"http://{address}:{parts.port}"
            for parts in map(parse_url, self._named[role])
            for address in self._names.addresses(parts.host or "")
        ]
        known = {f"http://{pool.host}:{pool.port}": pool for pool in self._by_role[role]}
        if known.keys() != set(urls):
            self._by_role[role] = [known.get(url) or self._open(url) for url in urls]
        return self._by_role[role]

    def _open(self, url: str) -> Instance:
        parts = parse_url(url)
        if parts.scheme != "http" or parts.host is None:
            raise ValueError(f"{url} in {self._file} is not http://HOST:PORT")
        return self._connect(parts.host, parts.port)


def _has_name(url: str) -> bool:
    return not is_address(parse_url(url).host or "")
