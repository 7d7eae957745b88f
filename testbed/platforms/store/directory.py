"""Where the processes of each role find the others: a file for each, as it alone sees them."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import orjson

from experiment.record import write_whole
from testbed.platforms.platform import Hop

Way = Callable[[str], str]
"""From the URL of an instance to the one under which a caller is to reach it."""


class Directory:
    """Callers look at their files again within ``store.runtime.peers.STAT_EVERY_S``."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        """By role of the caller."""
        self._urls: Mapping[str, Sequence[str]] = {}
        self._ways: dict[Hop, Way] = {}
        self._lock = threading.Lock()
        """Instances may return while the network is being mended."""

    def tell(self, urls: Mapping[str, Sequence[str]]) -> None:
        """The instances of each role are at ``urls`` now."""
        with self._lock:
            self._urls = urls
            self._write(self._files)

    def lead(self, ways: Mapping[Hop, Way]) -> None:
        """Let the callers of these hops reach each instance of their callees by another way."""
        with self._lock:
            self._ways.update(ways)
            self._write({hop.caller for hop in ways})

    def lead_back(self, hops: Collection[Hop]) -> None:
        """Let them go directly again."""
        with self._lock:
            for hop in hops:
                self._ways.pop(hop, None)
            self._write({hop.caller for hop in hops})

    def _write(self, callers: Collection[str]) -> None:
        for caller in callers:
            seen = {callee: self._seen(caller, callee) for callee in self._urls}
            write_whole(self._files[caller], orjson.dumps(seen))

    def _seen(self, caller: str, callee: str) -> list[str]:
        way = self._ways.get(Hop(caller, callee), _directly)
        return [way(url) for url in self._urls[callee]]


def _directly(url: str) -> str:
    return url
