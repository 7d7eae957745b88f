"""Samples a running store, once a second, in a thread of its own."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import pyarrow as pa

from experiment.errors import RunError
from experiment.rows import POLICY_COUNTERS, write_rows
from store.rules.limbo import Limbo
from testbed.beside import Beside
from testbed.clock import Clock
from testbed.platforms.platform import RoleUsage

Row = dict[str, Any]
Read = Callable[[float], Iterable[Row]]

INTERVAL_S = 1.0


class Sampler:
    """Writes rows as the trial goes; a Parquet file when it ends.

    ``read`` returns the rows of this moment, in seconds from the start of the load. An error in it
    is kept and raised at the end, so that a hole in the samples never passes for a quiet store.
    """

    def __init__(self, read: Read, clock: Clock, file: Path, schema: pa.Schema) -> None:
        self._read = read
        self._schema = schema
        self._clock = clock
        self._file = file
        self._part = file.with_suffix(".jsonl.part")
        self._beside = Beside("sampler", self._run)

    def __enter__(self) -> Self:
        self._beside.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._beside.end()
        self._write_parquet()
        failed = self._beside.error
        if failed is not None and error is None:
            raise RunError(f"Sampling the store failed: {failed}.") from failed

    def _run(self) -> None:
        with self._part.open("ab") as part:
            while True:
                self._sample(part.write)
                part.flush()
                if self._beside.over.wait(INTERVAL_S):
                    break
            self._sample(part.write)

    def _sample(self, write: Callable[[bytes], Any]) -> None:
        for row in self._read(self._clock.elapsed_s()):
            write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def _write_parquet(self) -> None:
        rows = [orjson.loads(line) for line in self._part.read_bytes().splitlines()]
        write_rows(self._file, pa.Table.from_pylist(rows, schema=self._schema))
        self._part.unlink()


def of_usage(
    read: Callable[[], Iterable[RoleUsage]], watch: Callable[[], Mapping[str, Row]] = dict
) -> Read:
    """Rows of the schema ``SAMPLES``: one per role, each with what ``watch`` tells of it.

    That is read first: CPU times of processes are looked at first in ``read`` as well.
    """

    def rows(now_s: float) -> list[Row]:
        watched = watch()
        return [_usage_row(now_s, usage) | watched.get(usage.role, {}) for usage in read()]

    return rows


def of_limbo(read: Callable[[], Limbo | None]) -> Read:
    """A row of the schema ``LIMBO``."""
    return lambda now_s: [_limbo_row(now_s, read)]


def _limbo_row(now_s: float, read: Callable[[], Limbo | None]) -> Row:
    start = time.monotonic()
    found = read()
    return {
        "t_s": now_s,
        "cents": found and found.cents,
        "pieces": found and found.reserved_pieces,
        "unfinished": found and found.unfinished,
        "undelivered": found and found.undelivered,
        "took_ms": 1000 * (time.monotonic() - start),
    }


def _usage_row(now_s: float, usage: RoleUsage) -> Row:
    counters = usage.counters
    return {
        "t_s": now_s,
        "role": usage.role,
        "instances": usage.instances,
        "cpu_s": usage.cpu_s,
        "memory_mb": usage.memory_mb,
        "in_flight": counters.in_flight,
        "requests": counters.requests,
        "handler_cpu_s": counters.handler_cpu_s,
        "rules_cpu_s": counters.rules_cpu_s,
        "fault_hits": counters.fault_hits,
        **{name: getattr(counters, name) for name in POLICY_COUNTERS},
        "ready": usage.ready,
        "cpus": usage.cpus,
    }
