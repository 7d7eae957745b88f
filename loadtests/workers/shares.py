"""A schedule divided among workers, and the hash by which both sides know that it is one."""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from experiment.rows import ARRIVALS


def share_of(arrivals: pa.Table, index: int, workers: int) -> pa.Table:
    """The journeys of worker ``index`` of ``workers``: those with ``seq % workers == index``."""
    return arrivals.filter(np.mod(arrivals["seq"].to_numpy(), workers) == index)


def hash_of(arrivals: pa.Table) -> str:
    """SHA-256 of the values of a schedule, whatever wrote its file."""
    total = hashlib.sha256()
    for name in ARRIVALS.names:
        total.update(orjson.dumps(arrivals[name].to_pylist()))
    return total.hexdigest()


@dataclass(frozen=True)
class Share:
    """What one worker has to send; travels as a message, so its members are plain."""

    schedule: str
    """Hash of the whole schedule."""
    index: int
    workers: int
    arrivals: bytes
    """Its part, a Parquet file (schema ``ARRIVALS``)."""

    def table(self) -> pa.Table:
        return pq.read_table(io.BytesIO(self.arrivals)).cast(ARRIVALS)


def shares_of(arrivals: pa.Table, workers: int) -> Iterable[Share]:
    """One for each worker, made when it is asked for; together they are the schedule."""
    schedule = hash_of(arrivals)
    for index in range(workers):
        file = io.BytesIO()
        pq.write_table(share_of(arrivals, index, workers), file, compression="zstd")
        yield Share(schedule, index, workers, file.getvalue())
