"""Counters of one process, kept in a memory-mapped file.

A sampler reads them without sending a request: asking ten services over HTTP would cost one
architecture five times what it costs the other.
"""

import mmap
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

FAULT_SLOTS = 16
"""Faults that can hold at once; their hits are counted apart."""
_LAYOUT = struct.Struct("<qqddq")
_HITS = struct.Struct(f"<{FAULT_SLOTS}q")
_SIZE = _LAYOUT.size + _HITS.size


@dataclass
class Counters:
    """Totals since the instance was first started, over restarts of its worker."""

    requests: int = 0
    in_flight: int = 0
    handler_cpu_s: float = 0.0
    """CPU time of request threads inside the application."""
    rules_cpu_s: float = 0.0
    """The part of it that was spent in ``store.rules``, which both architectures share."""
    fault_hits: int = 0
    hits_by_slot: Counter[int] = field(default_factory=Counter)
    """The same hits by the slot of their fault."""

    def pack(self) -> bytes:
        return _LAYOUT.pack(
            self.requests, self.in_flight, self.handler_cpu_s, self.rules_cpu_s, self.fault_hits
        )

    def pack_hits(self) -> bytes:
        return _HITS.pack(*(self.hits_by_slot[slot] for slot in range(FAULT_SLOTS)))


def read_counters(file: Path) -> Counters:
    """Counters as last written; all zero when the process has not written yet."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return Counters()
    if len(content) < _SIZE:
        return Counters()
    counters = Counters(*_LAYOUT.unpack_from(content))
    counters.hits_by_slot.update(dict(enumerate(_HITS.unpack_from(content, _LAYOUT.size))))
    return counters


class Telemetry:
    """Counts requests and CPU time; writes through to ``file`` when there is one."""

    def __init__(self, file: Path | None) -> None:
        self._lock = threading.Lock()
        self._local = threading.local()
        self._map: mmap.mmap | None = None
        self.counters = Counters()
        if file is not None:
            self.counters = read_counters(file)
            self.counters.in_flight = 0  # whoever was in flight died with the previous worker
            self._map = _map(file)
        self._publish()

    def _publish(self) -> None:
        if self._map is not None:
            self._map[: _LAYOUT.size] = self.counters.pack()

    @contextmanager
    def rules(self) -> Iterator[None]:
        """Wrap each call into ``store.rules``, so that the shared work is known."""
        start = time.thread_time()
        try:
            yield
        finally:
            spent = time.thread_time() - start
            with self._lock:
                self.counters.rules_cpu_s += spent

    def request_started(self) -> None:
        self._local.start = time.thread_time()
        with self._lock:
            self.counters.in_flight += 1
            self._publish()

    def request_ended(self) -> None:
        spent = time.thread_time() - self._local.start
        with self._lock:
            self.counters.requests += 1
            self.counters.in_flight -= 1
            self.counters.handler_cpu_s += spent
            self._publish()

    def fault_hit(self, slot: int) -> None:
        with self._lock:
            self.counters.fault_hits += 1
            self.counters.hits_by_slot[slot] += 1
            self._publish()
            if self._map is not None:
                self._map[_LAYOUT.size :] = self.counters.pack_hits()


def _map(file: Path) -> mmap.mmap:
    with file.open("a+b") as handle:
        handle.truncate(_SIZE)
        return mmap.mmap(handle.fileno(), _SIZE)
