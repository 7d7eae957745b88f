import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiment.errors import RunError
from experiment.rows import SAMPLES
from store.runtime.telemetry import Counters
from testbed.clock import Clock
from testbed.platforms.platform import RoleUsage
from testbed.sampler import Sampler


def _usage() -> list[RoleUsage]:
    counters = Counters(requests=3, fault_hits=1)
    return [
        RoleUsage("monolith", 2, 1.5, 200.0, counters),
        RoleUsage("edge", 1, 0.1, 30.0, Counters()),
    ]


def test_every_role_has_a_row_at_the_start_and_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "samples.parquet"
    with Sampler(_usage, Clock(time.time()), file):
        time.sleep(0.1)
    table = pq.read_table(file)
    assert table.schema == SAMPLES
    rows = [row for row in table.to_pylist() if row["role"] == "monolith"]
    assert len(rows) == 2
    assert rows[0]["t_s"] < rows[1]["t_s"]
    assert (rows[0]["cpu_s"], rows[0]["requests"], rows[0]["fault_hits"]) == (1.5, 3, 1)
    assert list(tmp_path.glob("*.part")) == []


def test_a_hole_in_the_samples_never_passes_for_a_quiet_store(tmp_path: Path) -> None:
    def gone() -> list[RoleUsage]:
        raise ProcessLookupError("no such process")

    with (
        pytest.raises(RunError, match="no such process"),
        Sampler(gone, Clock(time.time()), tmp_path / "samples.parquet"),
    ):
        time.sleep(0.05)
