"""Counters of one process, kept in a memory-mapped file.

A sampler reads them without sending a request: asking ten services over HTTP would cost one
architecture five times what it costs the other.
"""

import mmap
import struct
import threading
import time
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, fields
from operator import attrgetter
from pathlib import Path
from typing import Literal

from store.runtime.instrument import AlwaysOn, Switch

FAULT_SLOTS = 16
"""Faults that can hold at once; their hits are counted apart."""


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
    calls: int = 0
    """Calls that were wanted: to other services, or to the payment provider."""
    attempts: int = 0
    """What was sent for them; more than were wanted where calls are repeated."""
    rejected: int = 0
    """Attempts that a circuit breaker or a bulkhead did not let through."""
    breaker_openings: int = 0
    """Not counting those after a probe that failed."""
    deadline_exceeded: int = 0
    """Requests that were not begun, calls that were not made, or not answered in time."""
    fallbacks: int = 0
    """Parts of answers that were left out."""
    stale_answers: int = 0
    """Parts of answers that were shown as they were before."""
    shed: int = 0
    """Requests that the edge refused on behalf of the role; a process does not know them."""
    hits_by_slot: Counter[int] = field(default_factory=Counter)
    """The same hits by the slot of their fault."""

    def pack(self) -> bytes:
        return _LAYOUT.pack(*_VALUES(self))

    def pack_hits(self) -> bytes:
        return _HITS.pack(*(self.hits_by_slot[slot] for slot in range(FAULT_SLOTS)))


CounterName = Literal[
    "calls",
    "attempts",
    "rejected",
    "breaker_openings",
    "deadline_exceeded",
    "fallbacks",
    "stale_answers",
]

_TOTALS = [each for each in fields(Counters) if each.name != "hits_by_slot"]
_VALUES = attrgetter(*(each.name for each in _TOTALS))
_LAYOUT = struct.Struct("<" + "".join("d" if each.type is float else "q" for each in _TOTALS))
_HITS = struct.Struct(f"<{FAULT_SLOTS}q")
_SIZE = _LAYOUT.size + _HITS.size


def read_counters(file: Path) -> Counters:
    """Counters as last written; all zero when the process has not written yet."""
    try:
        return counters_in(file.read_bytes())
    except FileNotFoundError:
        return Counters()


def counters_in(content: bytes) -> Counters:
    """Of a file with this content; all zero when nothing was written yet."""
    if len(content) < _SIZE:
        return Counters()
    counters = Counters(*_LAYOUT.unpack_from(content))
    counters.hits_by_slot.update(dict(enumerate(_HITS.unpack_from(content, _LAYOUT.size))))
    return counters


class Telemetry:
    """Counts requests and CPU time; writes through to ``file`` when there is one."""

    def __init__(self, file: Path | None, switch: Switch | None = None) -> None:
        self.switch = switch or AlwaysOn()
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

    def rules(self) -> AbstractContextManager[None]:
        """Wrap each call into ``store.rules``, so that the shared work is known."""
        return _RulesTimer(self) if self.switch.is_on else nullcontext()

    def rules_took(self, cpu_s: float) -> None:
        with self._lock:
            self.counters.rules_cpu_s += cpu_s

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

    def count(self, counter: CounterName) -> None:
        """One more; it can be read from outside when the next request begins or ends."""
        if not self.switch.is_on:
            return
        with self._lock:
            setattr(self.counters, counter, getattr(self.counters, counter) + 1)


class _RulesTimer(AbstractContextManager[None]):
    """No generator: those cost as much as the two readings of the clock."""

    __slots__ = ("_start", "_telemetry")

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def __enter__(self) -> None:
        self._start = time.thread_time()

    def __exit__(self, *_: object) -> None:
        self._telemetry.rules_took(time.thread_time() - self._start)


def _map(file: Path) -> mmap.mmap:
    with file.open("a+b") as handle:
        handle.truncate(_SIZE)
        return mmap.mmap(handle.fileno(), _SIZE)
