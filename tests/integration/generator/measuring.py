"""Runs the generator as the test bed does, and reads what it leaves."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import loadtests
from experiment.rows import ARRIVALS

LOCUST = str(Path(sys.executable).with_name("locust"))
LOCUSTFILE = str(Path(loadtests.__file__).with_name("locustfile.py"))


@contextmanager
def generator(
    target: str, arrivals: pa.Table, folder: Path, *options: str, exit_code: int = 0
) -> Iterator[subprocess.Popen[bytes]]:
    """A generator at work on ``arrivals``; waits for its end, which must be the expected one."""
    file, log = folder / "arrivals.parquet", folder / "generator.log"
    pq.write_table(arrivals, file)
    command = [LOCUST, "-f", LOCUSTFILE, "--headless", "--only-summary", "--users", "1"]
    command += ["--host", target, "--arrivals", str(file), "--record", str(folder), *options]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as it:
        try:
            yield it
            assert it.wait(timeout=30) == exit_code, log.read_text()
        finally:
            it.kill()


def measure(target: str, arrivals: pa.Table, folder: Path, *options: str) -> pd.DataFrame:
    with generator(target, arrivals, folder, *options):
        pass
    return rows_in(folder)


def on_workers(count: int) -> tuple[str, ...]:
    """Options for so many workers, on a port that no other generator uses."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    here = ("--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--master-port", port)
    return ("--processes", str(count), *here)


def rows_in(folder: Path) -> pd.DataFrame:
    assert not (folder / "requests.jsonl.part").exists()
    return pq.read_table(folder / "requests.parquet").to_pandas()


def last_words(folder: Path) -> str:
    return (folder / "generator.log").read_text().strip().splitlines()[-1]


def left_out(arrivals: pa.Table, rows: pd.DataFrame) -> str:
    """What is said of a load that was ended early."""
    left = arrivals.num_rows - len(rows)
    return f"The load was ended early: {left:,} of its {arrivals.num_rows:,} steps were not sent."


def summary_in(folder: Path) -> dict[str, Any]:
    summary: dict[str, Any] = orjson.loads((folder / "generator.json").read_bytes())
    return summary


def recommendations(*times_and_products: tuple[float, int]) -> pa.Table:
    rows = [
        {
            "seq": seq,
            "step": 0,
            "intended_s": time_s,
            "journey": "recommend",
            "operation": "recommend",
            "feature": "recommendations",
            "choices": f'{{"product_id":{product}}}',
        }
        for seq, (time_s, product) in enumerate(times_and_products)
    ]
    return pa.Table.from_pylist(rows, schema=ARRIVALS)
